"""What a ledger entry holds: a corpus with its licence, its address and its label mapping.

The mapping is data. A corpus is described by

* `[text]`: which field is the text, and which registered fixes it needs;
* `[aspects]` (optional): how a list of (category, polarity) becomes one answer, `@aspects`;
* `[[rules]]`: tables tried in order; every rule whose `when` holds adds its labels, the first
  answer to a task stands, and `drop` ends the row with a reason that the manifest counts;
* `[splits]`: the set's own parts, caps, and what else ties rows together.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from mentionlens_data.corpora.aspects import ASPECTS, AspectTable, AspectType
from mentionlens_data.corpora.base import LedgerModel
from mentionlens_data.corpora.fixes import FIXES
from mentionlens_data.corpora.notes import PublishedFigure, Trap
from mentionlens_data.corpora.rules import Condition, Rule, Scalar, ValueTest
from mentionlens_data.corpora.split_plan import Parallel, SplitPlan
from mentionlens_data.tasks import default_tasks

__all__ = [
    "ASPECTS",
    "Alternative",
    "AspectTable",
    "AspectType",
    "Condition",
    "LedgerEntry",
    "Parallel",
    "Policy",
    "PublishedFigure",
    "Rule",
    "Scalar",
    "SplitPlan",
    "TextPlan",
    "Trap",
    "Use",
    "ValueTest",
]

Policy = Literal["open", "research", "unknown"]
"""Licence class. `open`: whoever publishes the set licenses it, texts and labels, for any use,
commercial use too. `research`: some uses are forbidden. `unknown`: no licence is stated, or it
covers the labels or the code alone."""

Use = Literal["training", "auxiliary", "probe", "lexicon", "unused"]
"""What the package does with a set. `training`: prepared by default. `auxiliary`: too weak or too
far for that, prepared only when named. `probe`: a diagnostic test, never trained on, prepared only
when named. `lexicon`: words, not mentions. `unused`: teaches none of the tasks; only listed."""

_PREPARABLE: frozenset[str] = frozenset({"training", "auxiliary", "probe"})


class Alternative(LedgerModel):
    """Another field that stands in as the text of a share of the rows, chosen by hash."""

    field: str
    share: float = Field(gt=0, le=1)


class TextPlan(LedgerModel):
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


class LedgerEntry(LedgerModel):
    """Everything that the project knows about one public corpus.

    Attributes:
        name: short name, the name of its folder and of its ledger file.
        title: one line.
        use: what the package does with it.
        reason: why it is not for training.
        address: where a user gets it.
        obtain: which files there, and what becomes which field of the interchange form.
        revision: what was read when the entry was written.
        sha256: of the interchange file's content (uncompressed) that the entry was written for.
        rows: number of rows of that content.
        licence: in the words of the publisher, or that none is stated.
        policy: licence class.
        languages: of the rows that are used, the languages that the package knows.
        tasks: that the rules label.
        citation: whom to cite.
        weight: trust in the labels, in (0, 1].
        unlabelled: share of the rows that no rule is meant to label.
        traps: what is wrong with it, and how that is handled.
        published: figures that others published.
        text: where the text is.
        aspects: how aspects become an answer.
        rules: the mapping.
        splits: how it is divided.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    use: Use = "training"
    reason: str | None = Field(default=None, min_length=10)
    address: str = Field(pattern=r"^https?://")
    obtain: str | None = Field(default=None, min_length=10)
    revision: str
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    rows: int | None = Field(default=None, gt=0)
    licence: str = Field(min_length=3)
    policy: Policy
    languages: list[str] = Field(min_length=1)
    tasks: list[str] = Field(default_factory=list)
    citation: str = Field(min_length=3)
    weight: float = Field(default=1.0, gt=0, le=1)
    unlabelled: float = Field(default=0.0, ge=0, lt=1)
    traps: list[Trap] = Field(default_factory=list)
    published: list[PublishedFigure] = Field(default_factory=list)
    text: TextPlan = Field(default_factory=TextPlan)
    aspects: AspectTable | None = None
    rules: list[Rule] = Field(default_factory=list)
    splits: SplitPlan = Field(default_factory=SplitPlan)

    @property
    def preparable(self) -> bool:
        """Whether the set has a mapping, so that it can be prepared, if only when named."""
        return self.use in _PREPARABLE

    @property
    def fields(self) -> list[str]:
        """The fields of a row that the mapping reads, in alphabetical order."""
        names = {"id", "lang", "split", self.text.field, *self.splits.cut_by, *self.splits.group_by}
        names |= {name for rule in self.rules for name in rule.when}
        if self.text.alternative is not None:
            names.add(self.text.alternative.field)
        if self.splits.parallel is not None:
            names |= set(self.splits.parallel.fields)
        if self.aspects is not None:
            names.add(self.aspects.field)
            names |= {name for item in self.aspects.types for name in item.when}
        return sorted(names - {ASPECTS})

    @model_validator(mode="after")
    def _check_use(self) -> LedgerEntry:
        if (self.use == "training") != (self.reason is None):
            raise ValueError(f"use = {self.use!r}: a reason is given if and only if not training")
        if self.preparable and not (self.rules and self.tasks):
            raise ValueError(f"use = {self.use!r} needs rules and tasks")
        if not self.preparable and (self.rules or self.tasks or self.aspects):
            raise ValueError(f"use = {self.use!r} has no rules, tasks or aspects")
        return self

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
            given |= {(task, label) for task, names in rule.excludes.items() for label in names}
        for task, label in sorted(given):
            if label not in known.get(task, ()):
                raise ValueError(
                    f"{task}={label!r} is not a label; tasks: "
                    + "; ".join(f"{name}: {', '.join(labels)}" for name, labels in known.items())
                )
        taught = {task for rule in self.rules for task in (*rule.labels, *rule.excludes)}
        if taught != set(self.tasks):
            raise ValueError(f"tasks says {sorted(self.tasks)}, the rules label {sorted(taught)}")
        return self
