"""HTTP connections that may not be held without a request, nor grow without an end.

uvicorn bounds the time between two requests, but not the time until the first one, nor that of a
head that comes a byte at a time: a client could hold every file that the process may open. Its
other parser, httptools, takes heads of any size, so that h11, which stops at 64 KB, is the one here
whatever is installed.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["connection_class"]


def connection_class(head_seconds: float) -> type[asyncio.Protocol]:
    """Return a protocol for uvicorn.

    Args:
        head_seconds: from the beginning of a connection, or the first byte after an answer, to the
            end of the head of a request.
    """

    class Connection(H11Protocol):
        _timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._look()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._look()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            self._unset()

        def _look(self) -> None:
            """Start or end the time for a head."""
            if self.cycle is not None and not self.cycle.response_complete:
                self._unset()
            elif self._timer is None and not self.transport.is_closing():
                self._timer = self.loop.call_later(head_seconds, self._late)

        def _late(self) -> None:
            self._timer = None
            self.timeout_keep_alive_handler()

        def _unset(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    return Connection
