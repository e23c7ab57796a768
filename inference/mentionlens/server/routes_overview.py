"""`POST /v1/overview`: what the page of the care team shows, as data."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from mentionlens.errors import InputError, MentionlensError
from mentionlens.inputs import Item
from mentionlens.mention_times import parse_time
from mentionlens.overview import OverviewOptions, build_overview
from mentionlens.scored_columns import ROLES
from mentionlens.scored_mention import Columns, ScoredMention, from_row
from mentionlens.server.answering import answer_mentions
from mentionlens.server.problems import ProblemError
from mentionlens.server.reading import BadMention, json_bytes, read_json, read_mention
from mentionlens.server.schemas import problem_responses
from mentionlens.server.service import Service
from mentionlens.triage import GuidanceError, Triage
from mentionlens.watch import WatchOptions, WatchOptionsError

__all__ = ["components", "routes"]

_MOST_ROWS = 20_000
"""Of one request: so many take seconds."""
_FIELDS = ("mentions", "columns", "now", "timezone", "guidance_language")


class OverviewRequest(BaseModel):
    """Rows of a file, with answers or without."""

    model_config = ConfigDict(extra="forbid")

    mentions: list[dict[str, Any]] = Field(
        description="as `score` or `predict` writes them, with brand, author, thread, time, "
        "replied_at and reach where they are known; those without answers are answered"
    )
    columns: dict[str, str] | None = Field(
        None, description=f"which field holds what; roles are {', '.join(ROLES)}"
    )
    now: str | float | None = Field(None, description="of which it speaks; the clock otherwise")
    timezone: str | None = Field(None, description="IANA name of days and weeks; UTC otherwise")
    guidance_language: str | None = None


class OverviewResponse(BaseModel):
    """What the page shows; the same stands in the file that `mentionlens overview` writes."""

    model_config = ConfigDict(extra="allow")

    schema_version: int
    now: str
    timezone: str
    brands: list[str]
    langs: list[str]
    days: list[str] = Field(description="of `trends` and `health`")
    queue: dict[str, Any] = Field(description="what to answer first: rows, guidance and counts")
    waiting: list[dict[str, Any]] = Field(description="complaints, by brand and language")
    trends: dict[str, Any] | None = Field(description="series with their usual range, and alerts")
    health: list[dict[str, Any]] = Field(description="positive and negative shares with intervals")


_EXAMPLE = {
    "mentions": [
        {
            "id": "1",
            "text": "Paczka miała być w piątek, jest środa i cisza.",
            "lang": "pl",
            "brand": "Zipolot",
            "author": "anna",
            "time": "2026-03-02T08:15:00Z",
            "replied_at": None,
        }
    ],
    "now": "2026-03-02T09:00:00Z",
}


def components() -> dict[str, Any]:
    """Return the schemas that the route refers to."""
    found: dict[str, Any] = {}
    for model in (OverviewRequest, OverviewResponse):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        found.update(schema.pop("$defs", {}))
        found[model.__name__] = schema
    return found


def routes(service: Service) -> APIRouter:
    """Return the route of one service."""
    router = APIRouter(prefix="/v1", tags=["mentionlens"])
    # One at a time: it is work for a processor, and predictions go on meanwhile.
    turn = asyncio.Semaphore(1)

    def content(model: str, **more: object) -> dict[str, Any]:
        schema = {"$ref": f"#/components/schemas/{model}"}
        return {"content": {"application/json": {"schema": schema, **more}}}

    @router.post(
        "/overview",
        responses={
            200: {"description": "Answered", **content("OverviewResponse")},
            **problem_responses(400, 401, 408, 413, 415, 421, 422, 429, 503),
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                **content("OverviewRequest", examples={"one": {"value": _EXAMPLE}}),
            }
        },
    )
    async def overview(request: Request) -> Response:
        """Tell what to answer first, what waits, what is unusual, and how brands fare.

        The mentions of a request are each other's history; a day is best sent with the weeks
        before it. One whose answers cannot be read counts among `read.unreadable`.
        """
        data = await read_json(request)
        asked = _Asked(service, data)
        mentions, unreadable = await _answered(service, asked)
        try:
            async with asyncio.timeout(service.settings.deadline):
                await turn.acquire()
        except TimeoutError:
            raise ProblemError(
                503, "other overviews are being made; try again", retry_after=5
            ) from None
        try:
            found = await run_in_threadpool(
                build_overview,
                mentions,
                now=asked.now,
                triage=asked.triage,
                replies_known=asked.replies_known,
                options=asked.options,
            )
        finally:
            turn.release()
        found["read"]["unreadable"] = unreadable
        return Response(json_bytes(found), media_type="application/json")

    return router


class _Asked:
    """A checked request.

    Raises:
        ProblemError: 422 or 413.
    """

    def __init__(self, service: Service, data: Mapping[str, Any]) -> None:
        unknown = sorted(set(data) - set(_FIELDS))
        if unknown:
            raise ProblemError(
                422, f"{unknown[0]}: unknown field; possible are {', '.join(_FIELDS)}"
            )
        self.rows = _rows(data.get("mentions"))
        self.now = _now(data.get("now"))
        try:
            timezone = _text(data, "timezone") or "UTC"
            self.options = OverviewOptions(watch=WatchOptions(timezone=timezone))
            self.triage = Triage(
                service.playbook, guidance_language=_text(data, "guidance_language")
            )
        except (WatchOptionsError, GuidanceError) as error:
            raise ProblemError(422, str(error)) from None
        names = list(dict.fromkeys(name for row in self.rows for name in row)) or ["text"]
        try:
            self.columns = Columns.find(
                names,
                fixed=False,
                overrides=_columns(data.get("columns")),
                tasks=self.triage.playbook.tasks,
            )
        except InputError as error:
            raise ProblemError(422, f"columns: {error}") from None
        self.replies_known = any(name in names for name in self.columns.names["replied_at"])


async def _answered(service: Service, asked: _Asked) -> tuple[list[ScoredMention], int]:
    """Return the mentions with their answers, and how many could not be read.

    Raises:
        ProblemError: there are too many to be answered, no room or time, or the model failed.
    """
    read = await run_in_threadpool(_read, asked.rows, asked.columns)
    most = service.settings.most_characters
    wanted: dict[int, Item] = {}
    for place, mention in enumerate(read):
        if mention is None or mention.labels or not mention.text.strip():
            continue
        about: dict[str, Any] = {"text": mention.text}
        if mention.lang:
            about["lang"] = mention.lang
        item = read_mention(about, place, most)
        if isinstance(item, BadMention):
            read[place] = None
        else:
            wanted[place] = item
    if len(wanted) > service.settings.most_items:
        raise ProblemError(
            413,
            f"mentions: {len(wanted)} have no answers, at most {service.settings.most_items} are "
            "answered on the way; send what /v1/predict or /v1/score answers with them",
        )
    if wanted:
        model = service.model
        missing = sorted(
            set(asked.triage.playbook.tasks) - {task.name for task in model.manifest.tasks}
        )
        if missing:
            raise ProblemError(
                503, f"the playbook needs answers to {', '.join(missing)}, which the model lacks"
            )
        results = await answer_mentions(service, model, list(wanted.values()))
        for place, result in zip(wanted, results, strict=True):
            answer = {name: value for name, value in result.items() if name not in ("id", "text")}
            flags = {name: answer["flags"] for name in asked.columns.names["flags"]}
            read[place] = from_row(
                {**asked.rows[place], **answer, **flags}, asked.columns, number=place + 1
            )
    return [one for one in read if one is not None], sum(one is None for one in read)


def _read(rows: Sequence[Mapping[str, Any]], columns: Columns) -> list[ScoredMention | None]:
    found: list[ScoredMention | None] = []
    for number, row in enumerate(rows, 1):
        try:
            found.append(from_row(row, columns, number=number))
        except MentionlensError:
            found.append(None)
    return found


def _rows(value: object) -> list[Mapping[str, Any]]:
    if not isinstance(value, list):
        raise ProblemError(422, "mentions: a list of objects is needed")
    if len(value) > _MOST_ROWS:
        raise ProblemError(
            413,
            f"mentions: {len(value)} in one request, at most {_MOST_ROWS} are possible; "
            "`mentionlens overview` takes any number",
        )
    for place, row in enumerate(value):
        if not isinstance(row, Mapping):
            raise ProblemError(
                422, f"mention {place}: expected an object, found {type(row).__name__}"
            )
    return value


def _columns(value: object) -> Mapping[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        raise ProblemError(422, "columns: an object of roles and the fields that hold them")
    return value


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    if not isinstance(value, str | None):
        raise ProblemError(422, f"{name}: expected a string, found {type(value).__name__}")
    return value


def _now(value: object) -> datetime:
    if value is None:
        return datetime.now(UTC)
    try:
        return parse_time(value)
    except ValueError as error:
        raise ProblemError(422, f"now: {error}") from None
