"""The service's own API: `/v1`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from mentionlens.inputs import Item
from mentionlens.occlusion import MOST_WORDS, occluded_texts, word_effects
from mentionlens.server import schemas
from mentionlens.server.answering import answer_mentions
from mentionlens.server.figures import bundle_figures
from mentionlens.server.problems import ProblemError
from mentionlens.server.reading import BadMention, json_bytes, parse_json, read_json, read_mention
from mentionlens.server.service import Service
from mentionlens.server.triaging import check_about, triage_mentions

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

__all__ = ["routes"]

_NDJSON = "application/x-ndjson"
# Mentions of a stream that are answered at a time.
_SLICE = 64


def routes(service: Service) -> APIRouter:
    """Return the routes of one service."""
    router = APIRouter(prefix="/v1", tags=["mentionlens"])

    @router.post("/predict", **schemas.PREDICT)
    async def predict(request: Request) -> Response:
        """Answer one or many mentions; a bad one gets an error of its own among the results."""
        data = await read_json(request)
        values = _field(data, "mentions", list)
        _only(data, "mentions")
        mentions = _mentions(service, values)
        model = service.model
        results = await answer_mentions(service, model, mentions)
        return _json({"model": model.named(), "results": results})

    @router.post("/triage", **schemas.TRIAGE)
    async def triage(request: Request) -> Response:
        """Answer mentions, and say what to do about each, how soon, and why.

        The mentions of a request are each other's history.
        """
        data = await read_json(request)
        values = _field(data, "mentions", list)
        _only(data, "mentions", "now", "guidance_language")
        mentions = [
            check_about(value, mention, index)
            for index, (value, mention) in enumerate(
                zip(values, _mentions(service, values), strict=True)
            )
        ]
        model = service.model
        results = await triage_mentions(service, model, values, mentions, data)
        playbook = {"name": service.playbook.name, "version": service.playbook.version}
        return _json({"model": model.named(), "playbook": playbook, "results": results})

    @router.post("/score", **schemas.SCORE)
    async def score(request: Request) -> Response:
        """Answer a stream: a mention a line in, a result a line out, in order, as they are read."""
        return _Stream(_scored(service, request))

    @router.post("/explain", **schemas.EXPLAIN)
    async def explain(request: Request) -> Response:
        """Answer one mention, and tell what each of its words did: each is left out once."""
        data = await read_json(request)
        _only(data, "text", "lang", "id")
        item = read_mention(data, 0, service.settings.most_characters)
        if isinstance(item, BadMention):
            raise ProblemError(422, item.detail)
        model = service.model
        texts = occluded_texts(item.text)
        items = [item, *(Item(text, lang=item.lang) for text in texts)]
        answer, *occluded = await service.scheduler.predict(model, items)
        words = word_effects(answer, occluded)
        return _json(
            {
                "model": model.named(),
                "answer": answer.to_dict(),
                "words": [word.to_dict() for word in words],
                "truncated": len(item.text.split()) > MOST_WORDS,
            }
        )

    @router.get("/model", **schemas.MODEL)
    async def model() -> Response:
        """Tell what the model is: tasks, labels, languages, thresholds, versions and figures."""
        model = service.model
        facts = model.manifest.to_dict()
        return _json(
            {
                **model.named(),
                "mentionlens": version("mentionlens"),
                "onnxruntime": version("onnxruntime"),
                "identity": model.identity,
                "since": model.since,
                "languages": facts["languages"],
                "tasks": [
                    {
                        **{key: task[key] for key in ("name", "labels", "temperature")},
                        "language_temperatures": task.get("language_temperatures", {}),
                        "low_confidence": task["low_confidence"],
                    }
                    for task in facts["tasks"]
                ],
                "graph": {
                    key: facts["graphs"][0][key] for key in ("precision", "sha256", "max_batch")
                },
                "limits": {
                    "items": service.settings.most_items,
                    "characters": service.settings.most_characters,
                    "body_bytes": service.settings.most_body,
                    "deadline_seconds": service.settings.deadline,
                },
                "figures": await run_in_threadpool(bundle_figures, model.classifier.bundle.path),
            }
        )

    return router


def _mentions(service: Service, values: list[Any]) -> list[Item | BadMention]:
    """Read the mentions of one request.

    Raises:
        ProblemError: 413, there are too many.
    """
    if len(values) > service.settings.most_items:
        raise ProblemError(
            413,
            f"mentions: {len(values)} in one request, at most {service.settings.most_items} "
            "are possible; send several requests, or use /v1/score",
        )
    most = service.settings.most_characters
    return [read_mention(value, index, most) for index, value in enumerate(values)]


async def _scored(service: Service, request: Request) -> AsyncIterator[bytes]:
    batch: list[Item | BadMention] = []
    index = 0
    try:
        async for line in _lines(request, service.settings.most_body):
            if line.strip():
                batch.append(_read_line(line, index, service.settings.most_characters))
                index += 1
            # An empty line, as the end of what came in one part, asks for what is there.
            if batch and (not line or len(batch) == _SLICE):
                yield await _answered(service, batch)
                batch = []
        if batch:
            yield await _answered(service, batch)
    except ClientDisconnect:
        return
    except ProblemError as problem:
        # The head is sent: the rest of the story stands in the last line.
        yield json_bytes({"error": problem.to_dict()}) + b"\n"


async def _answered(service: Service, batch: list[Item | BadMention]) -> bytes:
    results = await answer_mentions(service, service.model, batch, patient=True)
    return b"".join(json_bytes(result) + b"\n" for result in results)


async def _lines(request: Request, most_bytes: int) -> AsyncIterator[bytes]:
    """Yield lines as they come, and an empty one after each part of the body.

    Raises:
        ProblemError: 413, a line has too many bytes.
    """
    rest = b""
    async for part in request.stream():
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            yield line or b" "
        if len(rest) > most_bytes:
            raise ProblemError(413, f"a line may have {most_bytes} bytes")
        yield b""
    yield rest


def _read_line(line: bytes, index: int, most_characters: int) -> Item | BadMention:
    try:
        value = parse_json(line)
    except ProblemError as problem:
        return BadMention(None, f"mention {index}: {problem.detail}")
    return read_mention(value, index, most_characters)


class _Stream(Response):
    """An answer that is sent while its request is still being read."""

    def __init__(self, parts: AsyncIterator[bytes]) -> None:
        super().__init__(media_type=_NDJSON)
        self._parts = parts
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(started)
        async for part in self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def _field(data: Mapping[str, Any], name: str, kind: type) -> Any:  # noqa: ANN401 - JSON
    if name not in data:
        raise ProblemError(422, f"{name}: the field is missing; there are {sorted(data)}")
    if not isinstance(data[name], kind):
        raise ProblemError(422, f"{name}: expected a list, found {type(data[name]).__name__}")
    return data[name]


def _only(data: Mapping[str, Any], *names: str) -> None:
    unknown = sorted(set(data) - set(names))
    if unknown:
        raise ProblemError(422, f"{unknown[0]}: unknown field; possible are {', '.join(names)}")


def _json(value: object) -> Response:
    return Response(json_bytes(value), media_type="application/json")
