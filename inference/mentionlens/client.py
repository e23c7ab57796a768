"""A client of `mentionlens serve`, on the standard library alone.

>>> from mentionlens.client import MentionClient
>>> client = MentionClient("http://127.0.0.1:8080")
>>> client.predict("Paczka miała być w piątek, jest środa i cisza.").sentiment.label
'negative'

It answers as `MentionClassifier` does, with numbers of six decimals.
"""

from __future__ import annotations

import http.client
import json
import random
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, overload
from urllib.parse import urlsplit

from mentionlens.errors import InputError, MentionlensError
from mentionlens.http_connections import Answer, Connections, Request
from mentionlens.inputs import Item, Mention, check_stream, read_item
from mentionlens.prediction import Prediction

__all__ = [
    "KeyRefusedError",
    "MentionClient",
    "RequestRejectedError",
    "ServiceAnswerError",
    "ServiceBusyError",
    "ServiceError",
    "ServiceUnreachableError",
]

# Bytes of one request: a quarter of what the service takes unless it was set otherwise.
_MOST_BODY = 1 << 20
_BODY = (b'{"mentions":[', b",", b"]}")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
# Answers after which the same request may succeed; the gateways' are those of proxies.
_BUSY = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)
_KEY = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class ServiceError(MentionlensError):
    """The service did not answer a request."""


class ServiceUnreachableError(ServiceError):
    """No connection, or none that lasted until the end of an answer."""


class ServiceBusyError(ServiceError):
    """The service had no room or no model until the deadline.

    Attributes:
        retry_after: seconds after which the service wants to be asked again, if it said so.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class KeyRefusedError(ServiceError):
    """The service wants an API key, or another one."""


class RequestRejectedError(ServiceError):
    """The service does not take such a request; asking again is of no use.

    Attributes:
        status: of HTTP.
        detail: what the service says is wrong.
    """

    def __init__(self, message: str, status: int, detail: str) -> None:
        super().__init__(message)
        self.status = status
        self.detail = detail


class ServiceAnswerError(ServiceError):
    """The service failed, or what answers at this address is no service of mentionlens."""


class MentionClient:
    """Asks a service; safe to call from many threads, each over a connection of its own.

    Connections are kept and used again. A request whose connection breaks, or that the service has
    no room for, is sent again (answering twice changes nothing), after a pause that grows and that
    chance shortens, or the one that the service asks for.

    Args:
        url: of the service, `http://` or `https://`, with a path where a proxy puts it below one.
        api_key: of the service, where it wants keys.
        deadline: seconds for one request with all its repetitions. Of a stream, each batch of
            mentions is a request.
        retries: repetitions of one request at most.
        batch_items: mentions of one request at most; fewer when they are long, or where the
            service takes fewer.
        tls: how certificates are checked; None trusts the system's authorities.

    Raises:
        ValueError: an argument is not possible.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        deadline: float = 30.0,
        retries: int = 8,
        batch_items: int = 64,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"url must begin with http:// or https:// and a host, found {url!r}")
        if parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("url must have no user, query or fragment")
        if deadline <= 0 or retries < 0 or batch_items < 1:
            raise ValueError(
                "deadline must be more than 0, retries 0 or more, batch_items 1 or more, "
                f"found {deadline}, {retries} and {batch_items}"
            )
        self._headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if api_key is not None:
            # http.client would say the key in its own message.
            if not api_key.isascii() or not api_key.isprintable() or not api_key.strip():
                raise ValueError("api_key must be of printable ASCII characters")
            self._headers["Authorization"] = f"Bearer {api_key}"
        self._url = url.rstrip("/")
        if parts.scheme == "https" and tls is None:
            tls = ssl.create_default_context()
        self._connections = Connections(parts, tls if parts.scheme == "https" else None)
        self._deadline = deadline
        self._retries = retries
        self._batch_items = batch_items
        self._limits: _Limits | None = None

    @overload
    def predict(  # type: ignore[overload-overlap] # as MentionClassifier.predict
        self, mentions: str
    ) -> Prediction: ...
    @overload
    def predict(  # type: ignore[overload-overlap]
        self, mentions: Mapping[str, Any]
    ) -> Prediction: ...
    @overload
    def predict(self, mentions: Iterable[Mention]) -> list[Prediction]: ...
    def predict(self, mentions: Mention | Iterable[Mention]) -> Prediction | list[Prediction]:
        """Answer one mention, or every mention of an iterable.

        Args:
            mentions: as for `MentionClassifier.predict`.

        Raises:
            InputError: something is not a mention, or the service does not read one so long.
            ServiceError: there is no answer; the subclass says why.
        """
        if isinstance(mentions, str | Mapping):
            # One mention needs no batches: nothing is asked about limits.
            answers = self._answer_batch([_Entry(0, read_item(mentions, 0))])
            return next(_raising(iter(answers)))
        return list(self.predict_iter(mentions))

    def predict_iter(self, mentions: Iterable[Mention]) -> Iterator[Prediction]:
        """Answer a stream in its own order; one batch of it is held at a time.

        Raises:
            InputError: as `predict` does, when the answers come to it.
            ServiceError: there is no answer; what was answered before has been yielded.
        """
        return _raising(self.answers(mentions))

    def answers(self, mentions: Iterable[Mention]) -> Iterator[Prediction | InputError]:
        """Answer a stream as `predict_iter` does, with an error in place of a bad mention's answer.

        Raises:
            InputError: at once, this is no stream of mentions at all.
            ServiceError: there is no answer.
        """
        check_stream(mentions)
        return self._answers(mentions)

    def model(self) -> dict[str, Any]:
        """Return what the service says of its model: `GET /v1/model`.

        Raises:
            ServiceError: there is no answer.
        """
        return self._call("GET", "/v1/model", None)

    def close(self) -> None:
        """Close the connections that are not in use; the next request opens another."""
        self._connections.close()

    def __enter__(self) -> MentionClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"MentionClient({self._url!r})"

    def _answers(self, mentions: Iterable[Mention]) -> Iterator[Prediction | InputError]:
        batch: list[_Entry] = []
        size = 0
        for index, mention in enumerate(mentions):
            # Asked for with the first mention: an empty stream needs no service.
            limits = self._service_limits()
            entry = _entry(mention, index, limits.body)
            if batch and (len(batch) == limits.items or size + entry.size > limits.batch_body):
                yield from self._answer_batch(batch)
                batch, size = [], 0
            batch.append(entry)
            size += entry.size
        if batch:
            yield from self._answer_batch(batch)

    def _answer_batch(self, batch: list[_Entry]) -> list[Prediction | InputError]:
        good = [entry for entry in batch if isinstance(entry.content, Item)]
        results: list[Any] = []
        if good:
            begin, between, end = _BODY
            body = begin + between.join(entry.json for entry in good) + end
            results = self._call("POST", "/v1/predict", body).get("results", [])
        if not isinstance(results, list) or len(results) != len(good):
            raise ServiceAnswerError(f"{self._url}: not a result for each of {len(good)} mentions")
        found = iter(results)
        return [
            entry.content
            if isinstance(entry.content, InputError)
            else self._read(entry.index, entry.content, next(found))
            for entry in batch
        ]

    def _read(self, index: int, item: Item, result: object) -> Prediction | InputError:
        try:
            if not isinstance(result, Mapping):
                raise ValueError(f"expected an object, found {type(result).__name__}")
            if "error" in result:
                # The service counts from the beginning of the request.
                detail = str(result["error"]["detail"])
                return InputError(f"mention {index}: {detail.partition(': ')[2] or detail}")
            found = Prediction.from_dict({"text": item.text, "flags": [], **result})
        except (ValueError, KeyError, TypeError) as error:
            raise ServiceAnswerError(
                f"{self._url}: no answer to mention {index}: {error}"
            ) from error
        # What was given, where JSON or UTF-8 had to change it.
        return Prediction(item.text, found.tasks, found.flags, item.id)

    def _service_limits(self) -> _Limits:
        if self._limits is None:
            try:
                found = self.model()["limits"]
                items, body = int(found["items"]), int(found["body_bytes"])
            except (KeyError, TypeError, ValueError) as error:
                raise ServiceAnswerError(f"{self._url}: /v1/model names no limits") from error
            frame = sum(map(len, _BODY))
            items = min(self._batch_items, items)
            self._limits = _Limits(items, body - frame, min(_MOST_BODY, body) - frame)
        return self._limits

    def _call(self, method: str, path: str, body: bytes | None) -> dict[str, Any]:
        """Ask until there is an answer, the deadline, or the last repetition."""
        end = time.monotonic() + self._deadline
        request = Request(method, path, body, self._headers, end)
        repeated = 0
        while True:
            failure: ServiceError
            wait = None
            try:
                answer = self._connections.exchange(request)
            except (OSError, http.client.HTTPException) as error:
                failure = ServiceUnreachableError(f"{self._url}: {_reason(error)}")
                failure.__cause__ = error
                if isinstance(error, ssl.SSLCertVerificationError):
                    raise failure from error
            else:
                if answer.status == HTTPStatus.OK:
                    return self._parse(answer)
                failure = self._failure(answer)
                wait = failure.retry_after if isinstance(failure, ServiceBusyError) else None
                if answer.status not in _BUSY:
                    raise failure
            longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**repeated)
            pause = max(random.uniform(0, longest), wait or 0.0)
            if repeated == self._retries or time.monotonic() + pause >= end:
                raise failure
            repeated += 1
            time.sleep(pause)

    def _parse(self, answer: Answer) -> dict[str, Any]:
        try:
            found = json.loads(answer.content)
        except (ValueError, RecursionError) as error:
            raise ServiceAnswerError(f"{self._url}: the answer is not JSON ({error})") from error
        if not isinstance(found, dict):
            raise ServiceAnswerError(f"{self._url}: the answer is no JSON object")
        return found

    def _failure(self, answer: Answer) -> ServiceError:
        detail = answer.detail()
        message = f"{self._url}: {answer.status}: {detail}"
        if answer.status in _BUSY:
            return ServiceBusyError(message, answer.retry_after())
        if answer.status in _KEY:
            return KeyRefusedError(message)
        if HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return RequestRejectedError(message, answer.status, detail)
        return ServiceAnswerError(message)


@dataclass(frozen=True, slots=True)
class _Limits:
    items: int
    # Bytes of a mention, and of the mentions of a batch.
    body: int
    batch_body: int


@dataclass(slots=True)
class _Entry:
    """A mention of a stream: what was read, and as JSON."""

    index: int
    content: Item | InputError
    json: bytes = field(init=False, default=b"")

    def __post_init__(self) -> None:
        if isinstance(self.content, Item):
            value = {"text": self.content.text}
            if self.content.lang is not None:
                value["lang"] = self.content.lang
            try:
                self.json = json.dumps(value, ensure_ascii=False).encode()
            except UnicodeEncodeError:  # half a surrogate pair has an escape, but no UTF-8
                self.json = json.dumps(value).encode()

    @property
    def size(self) -> int:
        return len(self.json) + 1


def _entry(mention: object, index: int, most_bytes: int) -> _Entry:
    try:
        entry = _Entry(index, read_item(mention, index))
    except InputError as error:
        return _Entry(index, error)
    if entry.size > most_bytes:
        said = f"mention {index}: {entry.size} bytes of JSON, the service takes {most_bytes}"
        return _Entry(index, InputError(said))
    return entry


def _raising(answers: Iterator[Prediction | InputError]) -> Iterator[Prediction]:
    for answer in answers:
        if isinstance(answer, InputError):
            raise answer
        yield answer


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no whole answer before the deadline"
    if isinstance(error, http.client.IncompleteRead):
        return "the connection ended in the middle of an answer"
    return str(error) or type(error).__name__
