"""Peers between a client and a service, which spoil what passes."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator


def take_message(connection: socket.socket) -> bytes:
    """Receive one HTTP message with a Content-Length; b"" where the other side has left."""
    content = b""
    while b"\r\n\r\n" not in content:
        part = connection.recv(65536)
        if not part:
            return b""
        content += part
    head, _, body = content.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        part = connection.recv(65536)
        if not part:
            return b""
        body += part
    return head + b"\r\n\r\n" + body


class Peer:
    """Hands requests on to a service, one at a time of each connection.

    Args:
        target: port of the service on loopback; None where `answer` needs none.
        answer: from the number of the request and the service's answer to what is sent; None
            sends nothing at all. Raising `ConnectionError` closes the connection.
        change: what becomes of a request.
        closes: whether each connection ends after one answer, without a word of it in the head.
        tls: makes it speak TLS.
    """

    def __init__(
        self,
        target: int | None,
        *,
        answer: Callable[[int, bytes], bytes | None] = lambda _, content: content,
        change: Callable[[bytes], bytes] = lambda content: content,
        closes: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.connections = self.requests = 0
        self._target, self._answer, self._change = target, answer, change
        self._closes, self._tls = closes, tls
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                while request := take_message(connection):
                    with self._lock:
                        self.requests += 1
                        number = self.requests
                    found = self._answer(number, self._ask(self._change(request)))
                    if found is not None:
                        connection.sendall(found)
                    if self._closes:
                        return

    def _ask(self, request: bytes) -> bytes:
        if self._target is None:
            return b""
        with socket.create_connection(("127.0.0.1", self._target), timeout=60) as service:
            service.sendall(request)
            return take_message(service)


@contextlib.contextmanager
def standing(peer: Peer) -> Iterator[Peer]:
    """Close a peer at the end."""
    try:
        yield peer
    finally:
        peer.close()
