"""The whole of `evaluation.json`."""

from __future__ import annotations

from typing import Literal

from mentionlens_training.evaluation.schema.base import Record
from mentionlens_training.evaluation.schema.language import LanguageResult
from mentionlens_training.evaluation.schema.run import (
    BaselineInfo,
    BundleInfo,
    DataInfo,
    Precision,
    Settings,
    Speed,
)

__all__ = [
    "SCHEMA_VERSION",
    "Evaluation",
]

SCHEMA_VERSION: Literal[2] = 2


class Evaluation(Record):
    """Everything that one evaluation found.

    Attributes:
        schema_version: of this file.
        tool_version: version of mentionlens that measured.
        bundle: the model.
        data: the rows.
        settings: how was measured.
        baseline: None where TF-IDF was not asked for.
        languages: those that the bundle claims or the rows hold, launch languages first.
        precision: the shipped precision against a reference, where one was given or recorded.
        speed: None where it was not timed.
        notes: what to know about the whole.
    """

    schema_version: Literal[2] = SCHEMA_VERSION
    tool_version: str
    bundle: BundleInfo
    data: DataInfo
    settings: Settings = Settings()
    baseline: BaselineInfo | None = None
    languages: tuple[LanguageResult, ...]
    precision: Precision | None = None
    speed: Speed | None = None
    notes: tuple[str, ...] = ()

    @property
    def tasks(self) -> tuple[str, ...]:
        """Names of the tasks, in the manifest's order."""
        if self.bundle.tasks:
            return tuple(self.bundle.tasks)
        return tuple(dict.fromkeys(t.task for found in self.languages for t in found.tasks))

    def language(self, lang: str) -> LanguageResult | None:
        """Return what was found for a language."""
        return next((found for found in self.languages if found.lang == lang), None)
