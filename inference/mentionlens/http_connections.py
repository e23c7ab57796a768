"""HTTP connections that are kept, with one deadline for all that a request waits for."""

from __future__ import annotations

import http.client
import io
import json
import os
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult

__all__ = ["Answer", "Connections", "Request"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer.

    Attributes:
        status: of HTTP.
        reason: the words after it.
        headers: of the answer.
        content: its body.
    """

    status: int
    reason: str
    headers: http.client.HTTPMessage
    content: bytes

    def is_json(self) -> bool:
        """Whether the content is whole, as far as that can be told."""
        try:
            json.loads(self.content)
        except (ValueError, RecursionError):
            return False
        return True

    def detail(self) -> str:
        """Return what a problem says, or the words of the status."""
        try:
            return str(json.loads(self.content)["detail"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return self.reason or "no reason is given"

    def retry_after(self) -> float | None:
        """Return seconds, from a number of them or a date."""
        value = (self.headers.get("Retry-After") or "").strip()
        if value.isdecimal():
            return float(value[:9])
        try:
            return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True, slots=True)
class Request:
    """A request.

    Attributes:
        method: of HTTP.
        path: below that of the service.
        body: if any.
        headers: besides those that HTTP needs.
        end: on the monotonic clock, after which nothing is waited for.
    """

    method: str
    path: str
    body: bytes | None
    headers: Mapping[str, str]
    end: float


class Connections:
    """Connections to one service; safe to use from many threads, each of which has its own.

    Args:
        service: its address, with a path where a proxy puts it below one.
        tls: how certificates are checked; None speaks plain HTTP.
    """

    def __init__(self, service: SplitResult, tls: ssl.SSLContext | None) -> None:
        assert service.hostname is not None
        self._host, self._port = service.hostname, service.port
        self._path = service.path.rstrip("/")
        self._tls = tls
        self._idle = _Idle()

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._idle.close()

    def exchange(self, request: Request) -> Answer:
        """Send one request and read its whole answer.

        Raises:
            OSError, http.client.HTTPException: there is no whole answer.
        """
        connection = self._idle.take()
        if connection is not None:
            try:
                return self._exchange_over(connection, request)
            except (OSError, http.client.HTTPException):
                # Servers close connections that were not used for a while, and the news may come
                # with the next request: no failure of theirs.
                connection.close()
                if time.monotonic() >= request.end:
                    raise
        connection = self._connect(request.end)
        try:
            return self._exchange_over(connection, request)
        except BaseException:
            connection.close()
            raise

    def _connect(self, end: float) -> _Connection:
        left = _left(end)
        connection: http.client.HTTPConnection
        if self._tls is None:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=left)
        else:
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=left, context=self._tls
            )
        connection.connect()
        sock = _TimedSocket(connection.sock)
        connection.sock = sock
        connection.auto_open = False
        return _Connection(connection, sock)

    def _exchange_over(self, connection: _Connection, request: Request) -> Answer:
        connection.sock.end = request.end
        keep = True
        try:
            connection.http.request(
                request.method, self._path + request.path, request.body, dict(request.headers)
            )
        except (BrokenPipeError, ConnectionResetError):
            # A service that does not want to read on may have said why.
            keep = False
        with connection.http.getresponse() as response:
            has_end = response.chunked or response.length is not None
            answer = Answer(response.status, response.reason, response.headers, response.read())
        if not has_end and not answer.is_json():
            # http.client takes a head that was cut off for a whole one.
            raise http.client.IncompleteRead(answer.content)
        if keep and not response.will_close:
            self._idle.put(connection)
        else:
            connection.close()
        return answer


@dataclass(frozen=True, slots=True)
class _Connection:
    http: http.client.HTTPConnection
    sock: _TimedSocket

    def close(self) -> None:
        self.http.close()


class _Idle:
    """Open connections that are not in use; the one that was used last goes first."""

    def __init__(self) -> None:
        self._connections: list[_Connection] = []
        self._process = os.getpid()

    def take(self) -> _Connection | None:
        if self._process != os.getpid():
            # A forked process must not talk over its parent's connections.
            self._connections, self._process = [], os.getpid()
        try:
            return self._connections.pop()
        except IndexError:
            return None

    def put(self, connection: _Connection) -> None:
        self._connections.append(connection)

    def close(self) -> None:
        while (connection := self.take()) is not None:
            connection.close()

    def __del__(self) -> None:
        self.close()


class _TimedSocket:
    """What http.client needs of a socket, with one deadline for everything that it does.

    A socket's own timeout begins anew with every byte that comes.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.end = 0.0

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(_left(self.end))
        self._sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self, self._sock))

    def close(self) -> None:
        self._sock.close()


class _TimedReader(io.RawIOBase):
    def __init__(self, timed: _TimedSocket, sock: socket.socket) -> None:
        self._timed = timed
        self._sock = sock
        # Counts as a user of the socket, which is closed after the last one.
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - any writable buffer
        self._sock.settimeout(_left(self._timed.end))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left
