"""uvicorn in a thread of this process, until it is told to stop."""

from __future__ import annotations

import logging
import socket
import threading

import uvicorn
from starlette.types import ASGIApp

from pipeline.errors import OutputError

log = logging.getLogger(__name__)

STOP_S = 5


class Server:
    """Serves one application on one address. `port` 0 takes any free one."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        # Readers' addresses and tokens stand in request lines: no access log.
        config = uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, lifespan="off",
                                server_header=False, timeout_graceful_shutdown=STOP_S,
                                h11_max_incomplete_event_size=16_384)
        self._server = uvicorn.Server(config)
        self._socket = _bind(host, port)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="web", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()
        log.info("web.listening", extra={"port": self.port})

    def stop(self) -> None:
        """Finishes what is being answered and ends."""
        self._server.should_exit = True
        self._thread.join(STOP_S + 1)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        raise OutputError(f"web.listen {host}:{port} cannot be used: {error.strerror}",
                          remedy="stop what uses it, or set another port") from error
    return listener
