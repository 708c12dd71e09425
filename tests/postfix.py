"""A real Postfix on loopback, for as long as a test needs it: own settings, own queue, one way in and one way out."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.bench.publication import free_port

PROGRAM = shutil.which("postfix") or shutil.which("postfix", path="/usr/sbin:/usr/local/sbin")

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = relay.example.com
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{onward}
smtp_dns_support_level = disabled
smtp_tls_security_level = none
"""
_SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@contextmanager
def postfix(onward: int) -> Iterator[int]:
    """Yields the port of a relay that hands everything on to 127.0.0.1:`onward`. For root alone: it changes users."""
    assert PROGRAM
    folder = Path(tempfile.mkdtemp(prefix="avviso-postfix-"))  # not below pytest's, which nobody else may enter
    folder.chmod(0o755)
    try:
        port = free_port()
        settings = _settle(folder, port, onward)
        _run(folder, PROGRAM, "-c", str(settings), "start")
        try:
            yield port
        finally:
            _run(folder, PROGRAM, "-c", str(settings), "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settle(folder: Path, port: int, onward: int) -> Path:
    settings = folder / "settings"
    for made in (settings, folder / "queue", folder / "data"):
        made.mkdir(mode=0o755)
    shutil.chown(folder / "data", "postfix")
    (settings / "main.cf").write_text(_MAIN.format(folder=folder, onward=onward))
    (settings / "master.cf").write_text(_SERVICES.format(port=port))
    return settings


def _run(folder: Path, *words: str) -> None:
    # A file takes the output: the server inherits it, and a pipe would stay open as long as it lives.
    with (folder / "output").open("ab") as output:
        done = subprocess.run(words, stdout=output, stderr=output, stdin=subprocess.DEVNULL, timeout=60, check=False)
    assert done.returncode == 0, (folder / "output").read_text()
