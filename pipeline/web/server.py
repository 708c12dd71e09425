"""uvicorn in a thread of this process, until it is told to stop."""

from __future__ import annotations

import errno
import logging
import socket
import threading

import uvicorn
from starlette.types import ASGIApp

from pipeline.errors import OutputError
from pipeline.web.spool_thread import SpoolThread

log = logging.getLogger(__name__)

STOP_S = 5
CONNECTIONS = 500      # at once; beyond, the answer is 503
HEADERS_BYTES = 16_384
BACKLOG = 128
REMEDIES = {
    errno.EADDRINUSE: "stop what uses it, or set another port",
    errno.EACCES: "set a port from 1024 on: lower ones are kept for the system",
}
# What anybody can make uvicorn warn of, as often as they like; there is nothing in it for a maintainer to do.
STRANGERS = ("Invalid HTTP request received", "Unsupported upgrade request", "No supported WebSocket library detected")


def _concerns_us(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(STRANGERS)


class Server:
    """Serves one application on one address, and keeps its worker at work. `port` 0 takes any free one."""

    def __init__(self, app: ASGIApp, host: str, port: int, spool: SpoolThread) -> None:
        # Readers' addresses and tokens stand in request lines: no access log. Which proxy is to be believed is
        # ours to say (`web.network`), uvicorn would believe any on this machine.
        config = uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, lifespan="off",
                                server_header=False, proxy_headers=False, ws="none", http="h11",
                                timeout_graceful_shutdown=STOP_S, limit_concurrency=CONNECTIONS,
                                h11_max_incomplete_event_size=HEADERS_BYTES)
        logging.getLogger("uvicorn.error").addFilter(_concerns_us)  # the same function twice is one filter
        self._spool = spool
        self._server = uvicorn.Server(config)
        self._socket = _bind(host, port)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="web", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        """Begins to answer."""
        self._spool.start()
        self._thread.start()
        log.info("web.listening", extra={"port": self.port})

    def stop(self) -> None:
        """Finishes what is being answered and ends."""
        self._server.should_exit = True
        self._thread.join(STOP_S + 1)
        self._spool.stop()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, because asyncio sends without delay only where it is: 40 ms an answer otherwise.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)  # who comes before we answer waits, and is not turned away
    except OSError as error:
        listener.close()
        raise OutputError(f"web.listen {host}:{port} cannot be used: {error.strerror}",
                          remedy=REMEDIES.get(error.errno or 0, "write an address of this machine")) from error
    return listener
