"""`make witnesses`: a folder of issues as a publication on 127.0.0.1, and what the others say of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.street import ROOT, Publication
from tests.witnesses import post, programs, validator


def main(issues: str) -> int:
    """Prints what each says; 1 when anything is not as it should be."""
    with tempfile.TemporaryDirectory() as place, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        base = f"http://127.0.0.1:{port}/feeds/"
        publication = _published(Path(place, "publication"), Path(issues), port)
        with _served(publication, port):
            found = [*_validated(publication, base), *_pages(publication), *_compared(base),
                     *_remembered(publication, Path(place), base)]
    for line in found:
        print(f"  {line}")
    print(f"{len(found)} remarks and differences")
    return int(bool(found))


def _published(folder: Path, issues: Path, port: int) -> Publication:
    address = f"http://127.0.0.1:{port}/"
    publication = Publication(folder, {
        "publication": {"title": "周刊 & Weekly", "url": address, "author": {"name": "编辑部 Desk"}},
        "web": {"url": address, "listen": f"127.0.0.1:{port}"}})
    shutil.copytree(issues, publication.issues, dirs_exist_ok=True)
    _build(publication)
    return publication


def _build(publication: Publication) -> None:
    publication.age()
    answer = publication.run("build")
    if answer.code == 1:  # some issues have problems: the others are built
        print(answer.err.strip())
    elif answer.code:
        sys.exit(f"build ended with {answer.code}: {answer.err}")


@contextmanager
def _served(publication: Publication, port: int) -> Iterator[None]:
    process = publication.start("run", "--only", "web")
    try:
        while process.poll() is None and not _answers(port):
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _answers(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _validated(publication: Publication, base: str) -> Iterator[str]:
    if "FEEDVALIDATOR" not in os.environ:
        print("FEEDVALIDATOR names no copy of the W3C validator: left out")
        return
    feeds = publication.folder / "feeds"
    for file in sorted(feeds.rglob("*.xml")):
        address = base + file.relative_to(feeds).as_posix()
        said = [*validator.remarks(address, file), *validator.remarks(address)]
        print(f"validator, {file.relative_to(feeds)}, as a file and as served: {len(said)}")
        yield from said


def _pages(publication: Publication) -> Iterator[str]:
    if "VNU" not in os.environ:
        print("VNU names no jar of the Nu HTML checker: left out")
        return
    site = publication.folder / "site"
    said = validator.page_errors(site)
    print(f"Nu HTML checker, {sum(1 for _ in site.rglob('*.html'))} pages: {len(said)}")
    yield from said


def _compared(base: str) -> Iterator[str]:
    wanted: list[programs.Seen] = []
    for name, entries in programs.everybody(base):
        ordered = programs.newest_first(entries)
        wanted = wanted or ordered
        different = programs.differences(ordered, wanted)
        print(f"{name}: {programs.shown(entries)}, {len(different)} differences")
        yield from (f"{name}: {line}" for line in different)


def _remembered(publication: Publication, place: Path, base: str) -> Iterator[str]:
    addresses = [base + name for name in programs.XML]
    readers = [(kind.name, kind(place / kind.name, addresses)) for kind in post.installed()]
    before = {name: reader.entries() for name, reader in readers}
    for change in post.CHANGES:
        change(publication)
        _build(publication)
        for name, reader in readers:
            now = reader.entries()
            print(f"{name} after {change.__name__}: {now - before[name]} new of {now}")
            if now != before[name]:
                yield f"{name} calls {now - before[name]} entries new after {change.__name__}"
            before[name] = now


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "issues")))
