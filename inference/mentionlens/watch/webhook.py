"""Alerts sent to an address, in the background: at least once, in order, and never in the way.

Each alert is one POST of its JSON, with its key as `Idempotency-Key`: a receiver that notes the
keys acts once, even where an answer was lost and the alert was sent again.
"""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from mentionlens.http_connections import Answer, Connections, Request
from mentionlens.watch.errors import WatchError

__all__ = ["Webhook"]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0
_TRY_AGAIN = (408, 425, 429)


class Webhook:
    """Sends messages from a thread of its own.

    What cannot be sent waits and is tried again, with pauses that double up to a minute, or as long
    as the receiver asks for up to that. A receiver that refuses a message for good (an answer from
    300 to 499, but 408, 425 and 429) does not get it again.

    Args:
        url: `http://` or `https://`, without a user in it.
        timeout: seconds for one try.
        waiting: messages of an earlier run that were not sent.

    Attributes:
        refused: keys of messages that were refused, with the reason.

    Raises:
        WatchError: the address is none that can be sent to.
    """

    def __init__(
        self, url: str, *, timeout: float = 5.0, waiting: Iterable[Mapping[str, Any]] = ()
    ) -> None:
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and parts.hostname and not parts.username
            _ = parts.port
        except ValueError:
            usable = None
        if not usable:
            raise WatchError(
                f"{url!r} is no address for a webhook; an example is https://example.org/alerts"
            )
        tls = ssl.create_default_context() if parts.scheme == "https" else None
        # The client's connections put a path before that of the request; ours may be without one.
        self._path = f"?{parts.query}" if parts.query else ("" if parts.path.strip("/") else "/")
        self._connections = Connections(parts, tls)
        self._timeout = timeout
        self._waiting: deque[dict[str, Any]] = deque(map(dict, waiting))
        self._changed = threading.Condition()
        self._closing = False
        self.refused: dict[str, str] = {}
        self._problem = ""
        self._thread = threading.Thread(target=self._run, name="mentionlens-webhook", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str:
        """Why the last try failed; empty where it did not."""
        return self._problem

    def send(self, message: Mapping[str, Any]) -> None:
        """Put a message behind those that wait; returns at once."""
        with self._changed:
            self._waiting.append(dict(message))
            self._changed.notify_all()

    def waiting(self) -> list[dict[str, Any]]:
        """Return the messages that were not taken yet, in order."""
        with self._changed:
            return list(self._waiting)

    def close(self, patience: float) -> list[dict[str, Any]]:
        """Stop, after what waits was sent or some seconds have gone.

        Returns:
            What was not sent.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting, timeout=patience)
            self._closing = True
            self._changed.notify_all()
        self._thread.join(self._timeout)
        return self.waiting()

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing)
                if self._closing:
                    return
                message = self._waiting[0]
            wait = self._try(message, pause)
            with self._changed:
                if wait is None:
                    self._waiting.popleft()
                    self._changed.notify_all()
                    pause = _FIRST_PAUSE
                else:
                    self._changed.wait_for(lambda: self._closing, timeout=wait)
                    pause = min(2 * pause, _LONGEST_PAUSE)

    def _try(self, message: Mapping[str, Any], pause: float) -> float | None:
        """Send a message; return seconds to wait before the next try, None where none is due."""
        body = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": str(message["key"]),
            "User-Agent": "mentionlens-watch",
        }
        end = time.monotonic() + self._timeout
        try:
            answer = self._connections.exchange(Request("POST", self._path, body, headers, end))
        except (OSError, http.client.HTTPException) as error:
            self._problem = f"{type(error).__name__}: {error}"
            return pause
        if answer.status < 300:
            self._problem = ""
            return None
        self._problem = f"HTTP {answer.status} {answer.reason}"
        if answer.status < 500 and answer.status not in _TRY_AGAIN:
            self.refused[str(message["key"])] = self._problem
            return None
        return _pause_of(answer, pause)


def _pause_of(answer: Answer, pause: float) -> float:
    asked = answer.retry_after()
    return pause if asked is None else min(max(asked, pause), _LONGEST_PAUSE)
