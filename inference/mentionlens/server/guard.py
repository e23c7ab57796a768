"""The ASGI layer around every route: who may come in, how much, and what is told of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect

from mentionlens.server.problems import ProblemError, problem_response
from mentionlens.server.service import Service

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Guard"]

_LOG = logging.getLogger("mentionlens.server.access")

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_OPEN = ("/health/", "/v2/health/")
# A body beyond the limit is read on to so many times the limit, so that its sender gets the answer
# and not a broken connection.
_READ_ON = 4
# Streams have no end; their lines are bounded instead.
_STREAMS = ("/v1/score",)


class Guard:
    """Checks the Host header, the key, the size and the pace of a body, and requests in flight.

    Args:
        app: what is guarded.
        service: settings, keys, metrics.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service
        self._in_flight: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        status = 499  # the client left before there was an answer
        self._service.metrics.request_began()

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(message)
            await send(message)

        try:
            await self._admit(scope, receive, send_noting)
        finally:
            seconds = time.perf_counter() - start
            route = _route(scope)
            self._service.metrics.request_ended(route, status, seconds)
            if self._service.settings.access_log:
                _LOG.info("%s %s %d %.1f ms", scope["method"], route, status, 1000 * seconds)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        body = _Body(receive, scope, headers, self._service)
        try:
            self._check_host(headers)
            client = self._client(scope, headers)
            self._check_in_flight(scope, client)
            await body.check_length()
        except ProblemError as problem:
            await problem_response(problem, scope["path"])(scope, receive, send)
            return
        self._in_flight[client] += 1
        try:
            await self._app(scope, body.receive, send)
        except ClientDisconnect:
            pass  # in the middle of its body: nobody is there to be answered, and nothing failed
        finally:
            self._in_flight[client] -= 1
            if not self._in_flight[client]:
                del self._in_flight[client]

    def _check_in_flight(self, scope: Scope, client: str) -> None:
        # A browser fetches the files of the page side by side.
        if self._in_flight[client] < self._service.settings.most_in_flight or _is_page(scope):
            return
        self._service.metrics.refused("in_flight")
        raise ProblemError(
            429,
            f"{self._in_flight[client]} requests of this client are being answered; at most "
            f"{self._service.settings.most_in_flight} are possible at a time",
            retry_after=1,
        )

    def _check_host(self, headers: Headers) -> None:
        allowed = self._service.settings.hosts
        host = headers.get("host", "")
        name = host.rsplit(":", 1)[0] if host.rsplit(":", 1)[-1].isdecimal() else host
        if allowed and name.lower() not in allowed:
            raise ProblemError(421, f"Host is {name!r}; this service is {', '.join(allowed)}")

    def _client(self, scope: Scope, headers: Headers) -> str:
        """Return the name of the key, or the address where none is needed.

        Raises:
            ProblemError: 401.
        """
        client = scope.get("client")
        address = f"address {client[0]}" if client else "address unknown"
        keys = self._service.keys
        if keys is None or _is_page(scope) or scope["path"].startswith(_OPEN):
            return address
        scheme, _, key = headers.get("authorization", "").partition(" ")
        owner = keys.owner(key.strip()) if scheme.lower() == "bearer" else None
        if owner is None:
            raise ProblemError(401, "send `Authorization: Bearer KEY` with a key of this service")
        return f"key {owner}"

    def _add_headers(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in _HEADERS.items():
            headers[name] = value
        if "cache-control" not in headers:
            headers["Cache-Control"] = "no-store"
        if self._service.draining:
            # So that a client comes back to another service.
            headers["Connection"] = "close"


class _Body:
    """The body of a request, bounded in size and in the time between its parts."""

    def __init__(self, receive: Receive, scope: Scope, headers: Headers, service: Service) -> None:
        self._receive = receive
        self._pause = service.settings.deadline
        self._most = None if scope["path"] in _STREAMS else service.settings.most_body
        self._length = headers.get("content-length", "")
        self._read = 0
        self._whole = False

    async def check_length(self) -> None:
        """Refuse a body that says that it is too large.

        Raises:
            ProblemError: 413.
        """
        if self._most is None or not self._length.isdecimal() or int(self._length) <= self._most:
            return
        if int(self._length) <= _READ_ON * self._most:
            await self._read_on()
        raise self._too_large()

    async def receive(self) -> Message:
        """Receive the next message.

        Raises:
            ProblemError: 408 or 413.
        """
        message = await self._next()
        self._read += len(message.get("body", b""))
        if self._most is not None and self._read > self._most:
            await self._read_on()
            raise self._too_large()
        return message

    async def _read_on(self) -> None:
        assert self._most is not None
        while not self._whole and self._read <= _READ_ON * self._most:
            message = await self._next()
            self._read += len(message.get("body", b""))

    async def _next(self) -> Message:
        # After the body comes nothing but the news that the client has left.
        try:
            async with asyncio.timeout(None if self._whole else self._pause):
                message = await self._receive()
        except TimeoutError:
            raise ProblemError(408, f"nothing came for {self._pause:g} s") from None
        self._whole = not message.get("more_body", False)
        return message

    def _too_large(self) -> ProblemError:
        return ProblemError(
            413, f"the body may have {self._most} bytes; send fewer mentions, or use /v1/score"
        )


def _is_page(scope: Scope) -> bool:
    path: str = scope["path"]
    return path == "/" or path.startswith("/page/")


def _route(scope: Scope) -> str:
    """Return the pattern of a path: paths are as many as people can think of."""
    route = scope.get("route")
    return getattr(route, "path", "other")
