"""Which column of a scored file holds what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from types import MappingProxyType

from mentionlens.errors import InputError

__all__ = ["ROLES", "Columns", "FlatAnswer"]

ROLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "id": ("id", "mention_id", "comment_id", "post_id", "tweet_id", "message_id"),
        "text": ("text", "content", "body", "message", "comment"),
        "lang": ("lang", "language"),
        "flags": ("flags",),
        "brand": ("brand", "brand_name", "company", "page"),
        "author": ("author", "author_id", "user", "user_id", "username", "author_name"),
        "thread": ("thread", "thread_id", "conversation", "conversation_id", "case", "ticket"),
        "time": ("time", "created_at", "date", "timestamp", "datetime", "created", "published_at"),
        "replied_at": ("replied_at", "answered_at", "reply_time", "replied", "answered"),
        "reach": ("reach", "followers", "followers_count", "audience", "impressions"),
    }
)
"""What a column may hold, and the names that it is found by, the likeliest first."""

_NEEDED = "text"


@dataclass(frozen=True, slots=True)
class FlatAnswer:
    """The columns of one task in a table.

    Attributes:
        task: name of the task.
        label: column of the label.
        score: column of its probability.
        probabilities: label to the column of its probability; empty where there are none.
    """

    task: str
    label: str
    score: str
    probabilities: Mapping[str, str]


@dataclass(frozen=True)
class Columns:
    """The columns of a scored file, made by `Columns.find`.

    Attributes:
        names: role to the columns that may hold it; the first that a row has is read.
        answers: of the tasks in a table; JSON objects carry theirs as objects.
        prefix: before the names of the tasks and of the flags.
        zone: of times that name none.
    """

    names: Mapping[str, tuple[str, ...]]
    answers: tuple[FlatAnswer, ...] = ()
    prefix: str = ""
    zone: tzinfo = field(default=UTC)

    @classmethod
    def find(
        cls,
        present: Sequence[str],
        *,
        fixed: bool = True,
        overrides: Mapping[str, str] | None = None,
        prefix: str = "",
        tasks: Mapping[str, Sequence[str]] | None = None,
        zone: tzinfo = UTC,
    ) -> Columns:
        """Find the columns of a file by their names, without regard to case.

        Args:
            present: the columns that the file has.
            fixed: False where a later row may have others, as in JSON Lines.
            overrides: role to the column that holds it, whatever its name.
            prefix: that `mentionlens score --prefix` put before what it added.
            tasks: task to its labels; None takes whatever looks like the answer to a task.
            zone: of times that name none.

        Raises:
            InputError: a role that there is not, or a column that the file has not.
        """
        overrides = overrides or {}
        for role, column in overrides.items():
            if role not in ROLES:
                raise InputError(f"{role}: no such role; possible are {', '.join(ROLES)}")
            if fixed and column not in present:
                raise InputError(f"{role}: no column {column!r}; there are {_listed(present)}")
        folded = {name.casefold(): name for name in reversed(present)}
        names = {}
        for role, synonyms in ROLES.items():
            wanted = [prefix + name for name in synonyms] if role == "flags" else synonyms
            found = [folded[name.casefold()] for name in wanted if name.casefold() in folded]
            names[role] = (overrides[role],) if role in overrides else tuple(found[:1])
            if not names[role] and not fixed:
                names[role] = tuple(wanted)
        if not names[_NEEDED]:
            raise InputError(
                f"text: none of the columns {_listed(present)} holds the mentions by its name; "
                "say which does"
            )
        return cls(names, _flat_answers(present, prefix, tasks), prefix, zone)


def _flat_answers(
    present: Sequence[str], prefix: str, tasks: Mapping[str, Sequence[str]] | None
) -> tuple[FlatAnswer, ...]:
    names = set(present)
    answers = []
    for column in present:
        task = column.removeprefix(prefix)
        if not column.startswith(prefix) or f"{column}_score" not in names:
            continue
        if tasks is None:
            # `score` writes them in one row; a column of the same beginning elsewhere is another's.
            after = present[present.index(f"{column}_score") + 1 :]
            labels = []
            for name in after:
                if not name.startswith(f"{column}_"):
                    break
                labels.append(name.removeprefix(f"{column}_"))
        elif task in tasks:
            labels = [label for label in tasks[task] if f"{column}_{label}" in names]
        else:
            continue
        answers.append(
            FlatAnswer(task, column, f"{column}_score", {x: f"{column}_{x}" for x in labels})
        )
    return tuple(answers)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names)) or "none"
