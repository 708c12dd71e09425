"""The way in: `python -m pipeline` is the same as `avviso`."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs one command; Ctrl-C before the commands are even loaded ends it as quietly as later."""
    try:
        from pipeline import cli  # from a cold disk a second, in which a person may change their mind
    except KeyboardInterrupt:
        sys.stderr.write("avviso: stopped\n")
        sys.exit(130)
    cli.main()


if __name__ == "__main__":
    main()
