"""`make mutations`: every mistake of the catalogue, and whether the suite catches it."""

from __future__ import annotations

import sys

from tests.mutations.catalogue import MISTAKES
from tests.mutations.trial import is_caught


def main() -> int:
    missed = 0
    for mistake in MISTAKES:
        caught = is_caught(mistake)
        missed += not caught
        print(f"{'caught' if caught else 'MISSED'}  {mistake.name}: {', '.join(mistake.caught_by)}", flush=True)
    print(f"{len(MISTAKES) - missed} of {len(MISTAKES)} mistakes are caught")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
