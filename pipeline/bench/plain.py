"""What every build has to do at least: each issue's Markdown read, parsed and written as HTML, once, in one process."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.issues.document import Target, html, parse
from pipeline.issues.reading.frontmatter import read_front


def render(folder: Path) -> int:
    """Renders every issue below `folder` for the web and keeps nothing; gives how many characters that made."""
    made = 0
    for path in sorted(folder.glob("*.md")):
        document = parse(read_front(path.read_bytes(), path.name).body, path=path.name)
        made += len(html(document, Target.WEB, page_url="", resolve=str))
    return made


if __name__ == "__main__":
    print(render(Path(sys.argv[1])))
