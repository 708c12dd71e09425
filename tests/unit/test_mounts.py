"""A ledger on a network filesystem is refused: its locks would keep nobody apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.app import App
from pipeline.clock import SystemClock
from pipeline.config import load
from pipeline.errors import Refusal
from pipeline.mounts import NETWORK, filesystem, refuse_network

TABLE = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:26 / /srv rw,nosuid - nfs4 files.example.com:/srv rw,vers=4.2
31 30 0:27 / /srv/local rw shared:5 master:2 - xfs /dev/vdb rw
32 22 0:28 / /mnt/with\\040blank rw - cifs //files.example.com/share rw
33 22 0:29 / /mnt/ssh rw - fuse.sshfs ada@files.example.com: rw
34 22 0:30 / /mnt/ssh rw - tmpfs tmpfs rw
not a line of the table
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    table = tmp_path / "mountinfo"
    table.write_text(TABLE, "utf-8")
    return table


@pytest.mark.parametrize(("path", "kind"), [
    ("/var/lib/avviso/avviso.db", "ext4"),
    ("/srv/weekly/var/avviso.db", "nfs4"),
    ("/srv/local/avviso.db", "xfs"),
    ("/srvlocal/avviso.db", "ext4"),
    ("/mnt/with blank/avviso.db", "cifs"),
    ("/mnt/ssh/avviso.db", "tmpfs"),  # what was mounted last covers what was there
])
def test_filesystem_is_that_of_the_nearest_mount(mounts: Path, path: str, kind: str) -> None:
    assert filesystem(Path(path), mounts) == kind


def test_where_there_is_no_table_nothing_is_known_and_nothing_refused(tmp_path: Path) -> None:
    assert filesystem(tmp_path, tmp_path / "none") == ""
    refuse_network(tmp_path, mounts=tmp_path / "none")


def test_ledger_on_a_network_filesystem_is_refused_in_one_line(mounts: Path) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_network(Path("/srv/weekly/var/avviso.db"), mounts=mounts)

    assert str(refused.value) == (
        "/srv/weekly/var/avviso.db: the ledger lies on a network filesystem (nfs4), where its locks do not hold: "
        "name a file on a disk of this machine in `database`, or use postgresql://…")
    assert refused.value.exit_code == 4


def test_no_ledger_is_made_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(f"22 1 0:1 / {tmp_path.resolve()} rw - nfs files.example.com:/ rw\n", "utf-8")
    monkeypatch.setattr("pipeline.app.books.refuse_network", lambda path: refuse_network(path, mounts=table))
    (tmp_path / "config.yaml").write_text(
        "publication: {title: Letters, url: https://letters.example.com/}\nmailings: {from: a@example.com}\n", "utf-8")
    app = App(load(tmp_path / "config.yaml", {}), SystemClock())

    with pytest.raises(Refusal, match="network filesystem"):
        assert app.database

    assert not (tmp_path / "var").exists()


def test_filesystems_of_one_machine_are_not_on_the_list() -> None:
    assert not NETWORK & {"ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "apfs", "f2fs", "9p", "virtiofs"}
