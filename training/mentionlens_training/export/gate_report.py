"""Limits and outcome of the export gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from mentionlens_training.export.errors import ExportGateError
from mentionlens_training.progress import say

__all__ = ["GateCheck", "GateLimits", "GateReport"]


@dataclass(frozen=True)
class GateLimits:
    """What the gate allows; the defaults are the project's contract.

    Attributes:
        texts_per_language: texts that every language of the model needs; as many are compared.
        float32_logits: largest |difference| of a logit, torch against the float32 graph.
        float32_alone: largest |difference| of a float32 logit, alone against in a batch.
        shipped_alone: largest |difference| of a shipped probability, alone against in a batch;
            a label may change only where its probability is that close.
        shipped_agreement: smallest share of texts, in any task, that the shipped graph gives the
            float32 graph's label; catches a graph that collapsed where few rows are labelled.
        mean_loss_points: macro-F1 points that the shipped graph may lose on average.
        cell_loss_points: the same in any language x task.
        cell_rows: labelled rows from which a language x task counts.
        label_rows: gold rows from which a label counts in the macro-F1 of a cell; of a rarer
            one, a single answer moves the figure by more than the points that are allowed.
    """

    texts_per_language: int = 200
    float32_logits: float = 1e-4
    float32_alone: float = 1e-5
    shipped_alone: float = 0.02
    shipped_agreement: float = 0.9
    mean_loss_points: float = 0.5
    cell_loss_points: float = 1.5
    cell_rows: int = 100
    label_rows: int = 20


@dataclass(frozen=True)
class GateCheck:
    """One check that passed.

    Attributes:
        name: of the check.
        measured: the value that was found.
        limit: the value that is allowed.
        detail: what was compared, and the worst place.
    """

    name: str
    measured: float
    limit: float
    detail: str


@dataclass
class GateReport:
    """The checks that passed; stored in the manifest's `verification`, and said one by one.

    Attributes:
        limits: what was allowed.
        checks: in the order they ran.
        facts: what else to know: versions, processor, texts, figures per language and task.
    """

    limits: GateLimits
    checks: list[GateCheck] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def at_most(self, name: str, measured: float, limit: float, detail: str) -> None:
        """Record a check that allows `measured` up to `limit`.

        Raises:
            ExportGateError: it is more, or not a number.
        """
        if not measured <= limit:
            raise ExportGateError(name, detail, measured=measured, limit=limit)
        self._passed(GateCheck(name, float(measured), float(limit), detail), "at most")

    def at_least(self, name: str, measured: float, limit: float, detail: str) -> None:
        """Record a check that asks for `limit` or more.

        Raises:
            ExportGateError: it is less, or not a number.
        """
        if not measured >= limit:
            raise ExportGateError(name, detail, measured=measured, limit=limit)
        self._passed(GateCheck(name, float(measured), float(limit), detail), "at least")

    def _passed(self, check: GateCheck, allowed: str) -> None:
        self.checks.append(check)
        name = check.name.replace("_", " ")
        say(f"gate: {name} {check.measured:.2g} ({allowed} {check.limit:g})")

    def to_dict(self) -> dict[str, Any]:
        """Return the record, JSON-ready."""
        facts: Mapping[str, Any] = self.facts
        return {
            "passed": True,
            "checks": [asdict(check) for check in self.checks],
            "limits": asdict(self.limits),
            **facts,
        }
