"""From bytes to mentions, with an error for each that is none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from mentionlens.errors import InputError
from mentionlens.inputs import Item, read_item
from mentionlens.server.problems import ProblemError

__all__ = ["BadMention", "json_bytes", "parse_json", "read_json", "read_mention"]

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class BadMention:
    """A mention that cannot be answered.

    Attributes:
        id: its identifier, where it had one.
        detail: what is wrong with it.
    """

    id: str | None
    detail: str

    def to_dict(self) -> dict[str, Any]:
        """Return what stands in place of an answer."""
        answer: dict[str, Any] = {} if self.id is None else {"id": self.id}
        title = "The mention cannot be answered"
        answer["error"] = {"type": "about:blank", "title": title, "detail": self.detail}
        return answer


def read_mention(value: object, index: int, most_characters: int) -> Item | BadMention:
    """Check one mention.

    Args:
        value: what JSON gave.
        index: its place, for the message.
        most_characters: that its text may have.
    """
    try:
        item = read_item(value, index)
    except InputError as error:
        return BadMention(_identifier(value), str(error))
    if len(item.text) > most_characters:
        detail = (
            f"mention {index}: `text` has {len(item.text)} characters, at most {most_characters} "
            "are read"
        )
        return BadMention(item.id, detail)
    return item


async def read_json(request: Request) -> Mapping[str, Any]:
    """Return the JSON object in the body.

    Raises:
        ProblemError: 415, 400 or 422.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    # Browsers send other types to other sites without asking them first.
    if media_type != "application/json":
        found = repr(media_type) if media_type else "none"
        raise ProblemError(415, f"Content-Type must be application/json, found {found}")
    data = parse_json(await request.body())
    if not isinstance(data, Mapping):
        raise ProblemError(422, f"expected a JSON object, found {type(data).__name__}")
    return data


def parse_json(content: bytes) -> Any:  # noqa: ANN401 - JSON is untyped
    """Parse JSON.

    Raises:
        ProblemError: 400.
    """
    try:
        return json.loads(content)
    except UnicodeDecodeError as error:
        raise ProblemError(400, f"not UTF-8: byte {error.start}") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ProblemError(400, f"not JSON: {error.msg} at {place}") from None
    except RecursionError:
        raise ProblemError(400, "the JSON is nested too deeply") from None
    except ValueError:  # a number of thousands of digits
        raise ProblemError(400, "the JSON holds a number that is too long") from None


def json_bytes(value: object) -> bytes:
    """Return compact JSON in UTF-8; half a surrogate pair, which has no UTF-8, becomes U+FFFD."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _SURROGATE.sub("\ufffd", text).encode()


def _identifier(value: object) -> str | None:
    found = value.get("id") if isinstance(value, Mapping) else None
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return found if isinstance(found, str) else None
