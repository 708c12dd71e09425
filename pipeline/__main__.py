"""The way in: `python -m pipeline` is the same as `avviso`."""

from __future__ import annotations

import gc
import os
import sys

from pipeline import GARBAGE_AT_START

OFTEN = ("build", "publish")  # a timer asks each minute whether there is anything to do, and mostly there is not


def main() -> None:
    """Runs one command; Ctrl-C before the commands are even loaded ends it as quietly as later."""
    gc.set_threshold(GARBAGE_AT_START)
    command = " ".join(sys.argv[1:])
    rests = None
    try:
        if command in OFTEN:
            from pipeline.glance import is_at_rest, is_told

            rests = is_at_rest(command)
            if rests and is_told(command):
                os._exit(0)  # nothing is left to be written, and to take the interpreter apart takes a while
        from pipeline import cli  # from a cold disk a second, in which a person may change their mind
    except KeyboardInterrupt:
        sys.stderr.write("avviso: stopped\n")
        sys.exit(130)
    cli.main(rests)


if __name__ == "__main__":
    main()
