"""What a ledger entry holds: a corpus with its licence, its address and its label mapping.

The mapping is data. A corpus is described by

* `[text]`: which field is the text, and which registered fixes it needs;
* `[aspects]` (optional): how a list of (category, polarity) becomes one answer, `@aspects`;
* `[[rules]]`: tables tried in order; every rule whose `when` holds adds its labels, the first
  answer to a task stands, and `drop` ends the row with a reason that the manifest counts;
* `[splits]`: the set's own parts, caps, and what else ties rows together.
"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mentionlens_data.corpora.fixes import FIXES
from mentionlens_data.tasks import default_tasks

__all__ = [
    "ASPECTS",
    "Alternative",
    "AspectTable",
    "AspectType",
    "Condition",
    "LedgerEntry",
    "Parallel",
    "Rule",
    "SplitPlan",
    "TextPlan",
    "Trap",
    "ValueTest",
]

Scalar = bool | int | float | str
Policy = Literal["open", "research", "unknown"]

ASPECTS = "@aspects"
"""Name of the derived field that `[aspects]` computes; a rule may test it or copy it."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ValueTest(_Model):
    """A condition on one field beyond a list of values; every given part must hold."""

    min: float | None = None
    max: float | None = None
    matches: str | None = None

    @model_validator(mode="after")
    def _check(self) -> ValueTest:
        if self.matches is not None:
            _compile(self.matches)
        if self.min is None and self.max is None and self.matches is None:
            raise ValueError("a condition needs min, max or matches")
        return self


Condition = list[Scalar] | ValueTest
"""Values, one of which the field must equal, or a `ValueTest`. An absent field never matches."""


class Rule(_Model):
    """One step of the mapping.

    Attributes:
        when: field name to condition; all must hold. Empty: always.
        labels: task to label, or to `@aspects`.
        drop: reason for which the row is left out.
        weight: multiplies the weight of the row.
    """

    when: dict[str, Condition] = Field(default_factory=dict)
    labels: dict[str, str] = Field(default_factory=dict)
    drop: str | None = None
    weight: float | None = Field(default=None, gt=0, le=1)

    @model_validator(mode="after")
    def _check(self) -> Rule:
        if not self.labels and self.drop is None and self.weight is None:
            raise ValueError("a rule needs labels, drop or weight")
        if self.labels and self.drop is not None:
            raise ValueError("a rule either labels or drops")
        return self


class AspectType(_Model):
    """Categories that match `pattern` (a search) mean `label`; without a label they are silent.

    `general` categories ("the phone as such") speak only where no specific one does.
    """

    pattern: str
    label: str | None = None
    when: dict[str, Condition] = Field(default_factory=dict)
    general: bool = False

    @model_validator(mode="after")
    def _check(self) -> AspectType:
        _compile(self.pattern)
        return self


class AspectTable(_Model):
    """How a list of opinions becomes one complaint type.

    The type named by most negative opinions wins; a tie is no answer. Only positive opinions
    give `none`. Neutral opinions without a negative one give no answer.
    """

    task: str = "complaint"
    none: str = "none"
    field: str
    category: str | int
    polarity: str | int
    negative: list[str]
    positive: list[str]
    types: list[AspectType]


class Alternative(_Model):
    """Another field that stands in as the text of a share of the rows, chosen by hash."""

    field: str
    share: float = Field(gt=0, le=1)


class TextPlan(_Model):
    """Where the text is and what must be undone before it reads as it was written."""

    field: str = "text"
    fixes: list[str] = Field(default_factory=list)
    alternative: Alternative | None = None

    @model_validator(mode="after")
    def _check(self) -> TextPlan:
        unknown = [name for name in self.fixes if name not in FIXES]
        if unknown:
            raise ValueError(f"unknown fixes {unknown}; known: {sorted(FIXES)}")
        return self


class Parallel(_Model):
    """Rows that translate each other: same name, same fields, same number in the id."""

    name: str
    fields: list[str]
    id_pattern: str

    @model_validator(mode="after")
    def _check(self) -> Parallel:
        if _compile(self.id_pattern).groups != 1:
            raise ValueError(f"id_pattern needs exactly one group: {self.id_pattern!r}")
        return self


class SplitPlan(_Model):
    """How the corpus is divided.

    Attributes:
        official: the corpus's own part to ours; parts that are not named keep their name, and
            rows without one count as `train`. Parts that a language lacks are cut from `train`.
        test_share: share of the groups that a cut test part takes.
        validation_share: the same for validation.
        max_test: most test rows kept per language; official rows above it are left out.
        max_validation: the same for validation.
        cut_by: fields whose values move together when a part is cut (not for leak removal).
        group_by: fields whose values tie rows into one group.
        parallel: translations of one sentence are one group.
        without: corpora whose texts are removed from this one.
    """

    official: dict[str, Literal["train", "validation", "test"]] = Field(default_factory=dict)
    test_share: float = Field(default=0.1, ge=0, lt=0.5)
    validation_share: float = Field(default=0.1, ge=0, lt=0.5)
    max_test: int = Field(default=2000, ge=0)
    max_validation: int = Field(default=1000, ge=0)
    cut_by: list[str] = Field(default_factory=list)
    group_by: list[str] = Field(default_factory=list)
    parallel: Parallel | None = None
    without: list[str] = Field(default_factory=list)


class Trap(_Model):
    """Something wrong with the corpus, and what is done about it here."""

    what: str
    handled: str


class LedgerEntry(_Model):
    """Everything that the project knows about one public corpus."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    address: str = Field(pattern=r"^https?://")
    revision: str
    licence: str = Field(min_length=3)
    policy: Policy
    languages: list[str] = Field(min_length=1)
    tasks: list[str] = Field(min_length=1)
    citation: str = Field(min_length=3)
    weight: float = Field(default=1.0, gt=0, le=1)
    traps: list[Trap] = Field(default_factory=list)
    text: TextPlan = Field(default_factory=TextPlan)
    aspects: AspectTable | None = None
    rules: list[Rule] = Field(min_length=1)
    splits: SplitPlan = Field(default_factory=SplitPlan)

    @model_validator(mode="after")
    def _check_labels(self) -> LedgerEntry:
        known = {task.name: task.labels for task in default_tasks()}
        given: set[tuple[str, str]] = set()
        if self.aspects is not None:
            table = self.aspects
            given |= {(table.task, item.label) for item in table.types if item.label}
            given.add((table.task, table.none))
        for rule in self.rules:
            for task, label in rule.labels.items():
                if label != ASPECTS:
                    given.add((task, label))
                elif self.aspects is None or self.aspects.task != task:
                    raise ValueError(f"rule copies {ASPECTS} into {task!r}, but no table gives it")
        for task, label in sorted(given):
            if label not in known.get(task, ()):
                raise ValueError(
                    f"{task}={label!r} is not a label; tasks: "
                    + "; ".join(f"{name}: {', '.join(labels)}" for name, labels in known.items())
                )
        taught = {task for rule in self.rules for task in rule.labels}
        if taught != set(self.tasks):
            raise ValueError(f"tasks says {sorted(self.tasks)}, the rules label {sorted(taught)}")
        return self


def _compile(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {pattern!r}: {error}") from error
