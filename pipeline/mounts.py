"""On what kind of filesystem a file lies: SQLite's ledger must not lie where several machines write.

SQLite keeps its writers apart by locks and shared memory, and both work on one machine only
(sqlite.org/wal.html, "All processes using a database must be on the same host computer"). On a network
filesystem two senders would each believe to be alone.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import Refusal

MOUNTS = Path("/proc/self/mountinfo")

# As proc_pid_mountinfo(5) names them; FUSE puts its own word behind a dot.
NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "coda", "ceph", "lustre", "gfs2", "ocfs2", "beegfs", "gpfs",
    "davfs", "fuse.sshfs", "fuse.glusterfs", "fuse.davfs2", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse", "fuse.cephfs",
})


def refuse_network(path: Path, *, mounts: Path = MOUNTS) -> None:
    """Raises Refusal where `path` lies on a network filesystem. Where there is no such table, nothing is refused."""
    kind = filesystem(path, mounts)
    if kind in NETWORK:
        raise Refusal(
            f"the ledger lies on a network filesystem ({kind}), where its locks do not hold", path=str(path),
            remedy="name a file on a disk of this machine in `database`, or use postgresql://…")


def filesystem(path: Path, mounts: Path = MOUNTS) -> str:
    """The kind of filesystem `path` lies on, or will lie on; "" where that cannot be known."""
    try:
        table = mounts.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
    lines = [fields for line in table.splitlines() if len(fields := line.split(" ")) > 6 and "-" in fields]
    places = {_plain(fields[4]): fields[fields.index("-", 6) + 1] for fields in lines}  # a later one covers an earlier
    inside = path.resolve()
    return next((places[str(one)] for one in (inside, *inside.parents) if str(one) in places), "")


def _plain(text: str) -> str:
    """Blanks and backslashes are written as octal numbers in the table."""
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text
