"""From answered mentions to what to do about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool

from mentionlens.inputs import Item
from mentionlens.mention_times import parse_time
from mentionlens.scored_mention import Columns, from_row
from mentionlens.server.answering import answer_mentions
from mentionlens.server.live_model import LiveModel
from mentionlens.server.problems import ProblemError
from mentionlens.server.reading import BadMention
from mentionlens.server.service import Service
from mentionlens.triage import GuidanceError, Triage

__all__ = ["check_about", "triage_mentions"]

_NAMES = ("brand", "author", "thread")
_ABOUT = (*_NAMES, "time", "replied_at", "reach")
_COLUMNS = Columns.find(("id", "text", "lang", "flags", *_ABOUT))


def check_about(value: object, mention: Item | BadMention, index: int) -> Item | BadMention:
    """Return the mention, or what is wrong with what is said about it.

    Args:
        value: what JSON gave.
        mention: what was read of it.
        index: its place, for the message.
    """
    if isinstance(mention, BadMention) or not isinstance(value, Mapping):
        return mention
    for name in _NAMES:
        found = value.get(name)
        if isinstance(found, bool) or not isinstance(found, str | int | None):
            detail = (
                f"mention {index}: `{name}` must be a string or a whole number, "
                f"found {type(found).__name__}"
            )
            return BadMention(mention.id, detail)
    return mention


async def triage_mentions(
    service: Service,
    model: LiveModel,
    values: Sequence[object],
    mentions: Sequence[Item | BadMention],
    options: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Answer mentions that are each other's history, and say what to do about each.

    Args:
        service: whose playbook decides.
        model: answers.
        values: what JSON gave for each mention.
        mentions: what was read of them.
        options: `now` and `guidance_language` of the request, where it has them.

    Raises:
        ProblemError: an option cannot be used, the model lacks a task of the playbook, there is no
            room or time, or the model failed.
    """
    now = _now(options.get("now"))
    triage = _triage(service, options.get("guidance_language"))
    missing = sorted(set(triage.playbook.tasks) - {task.name for task in model.manifest.tasks})
    if missing:
        raise ProblemError(
            503,
            f"the playbook {triage.playbook.name} needs answers to {', '.join(missing)}, which the "
            f"model {model.manifest.name} does not give",
        )
    results = await answer_mentions(service, model, mentions)
    return await run_in_threadpool(_decide, triage, values, results, now)


def _decide(
    triage: Triage, values: Sequence[object], results: Sequence[dict[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    answered = [place for place, result in enumerate(results) if "error" not in result]
    scored = [
        from_row({**_about(values[place]), **results[place]}, _COLUMNS, number=place)
        for place in answered
    ]
    decided = list(results)
    decisions = triage.decide_all(scored, now=now)
    for place, mention, decision in zip(answered, scored, decisions, strict=True):
        # The flags also say which time could not be read.
        flags = list(mention.flags)
        decided[place] = {**results[place], "flags": flags, "triage": decision.to_dict()}
    return decided


def _about(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {}
    return {name: value[name] for name in ("lang", *_ABOUT) if name in value}


def _now(value: object) -> datetime:
    if value is None:
        return datetime.now(UTC)
    try:
        return parse_time(value)
    except ValueError as error:
        raise ProblemError(422, f"now: {error}") from None


def _triage(service: Service, language: object) -> Triage:
    if not isinstance(language, str | None):
        found = type(language).__name__
        raise ProblemError(422, f"guidance_language: expected a string, found {found}")
    try:
        return Triage(service.playbook, guidance_language=language)
    except GuidanceError as error:
        raise ProblemError(422, f"guidance_language: {error}") from None
