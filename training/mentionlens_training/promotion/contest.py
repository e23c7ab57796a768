"""Lets champion and challenger answer the same rows, by the rules of `mentionlens compare`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mentionlens import MentionClassifier
from mentionlens_data.tasks import Task

from mentionlens_training.evaluation.comparison.comparing import compare_answers
from mentionlens_training.evaluation.comparison.gate import apply_gate
from mentionlens_training.evaluation.comparison.pairing import Pairing, pair
from mentionlens_training.evaluation.comparison.schema import Comparison, Gate, Measure
from mentionlens_training.evaluation.comparison.sides import answered_side
from mentionlens_training.evaluation.comparison.writing import write_changed, write_comparison
from mentionlens_training.evaluation.rows import fingerprint, read_rows
from mentionlens_training.evaluation.schema import Settings
from mentionlens_training.promotion.steps import Figures

__all__ = ["Contest", "Rows", "hold_contest"]


@dataclass(frozen=True)
class Rows:
    """Which rows are answered, and by what the answers are judged.

    Attributes:
        paths: prepared folders and labelled files.
        split: of prepared folders.
        margin: loss of macro-F1, and of the Brier score, that is allowed, in points.
        settings: of the bootstrap and of counted cells.
    """

    paths: Sequence[Path]
    split: str = "test"
    margin: float = 1.0
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True)
class Contest:
    """The outcome, with all that is known of it.

    Attributes:
        comparison: of the two, without texts.
        pairing: their answers.
        data: fingerprint of the rows.
    """

    comparison: Comparison
    pairing: Pairing
    data: str

    @property
    def gate(self) -> Gate:
        """Whether the challenger may take the champion's place."""
        assert self.comparison.gate is not None
        return self.comparison.gate

    @property
    def figures(self) -> Figures:
        """The figures that are recorded with the step."""
        mean = next((mean for mean in self.comparison.means if mean.task is None), None)
        return Figures(
            data=self.data,
            rows=self.comparison.rows.common,
            cells=sum(cell.counted for cell in self.comparison.cells),
            champion=None if mean is None else mean.macro_f1.a,
            challenger=None if mean is None else mean.macro_f1.b,
            losses=self._losses("macro-F1"),
            brier_losses=self._losses("Brier score"),
        )

    def _losses(self, measure: Measure) -> dict[str, float]:
        return {
            f"{found.lang} {found.task}" if found.lang else "mean": found.loss
            for found in (*self.gate.failures, *self.gate.undecided)
            if found.measure == measure
        }

    def write(self, folder: Path) -> None:
        """Write the comparison, and every row with another answer, without texts."""
        write_comparison(folder, self.comparison)
        write_changed(folder, self.pairing, {})


def hold_contest(champion: tuple[str, Path], challenger: tuple[str, Path], rows: Rows) -> Contest:
    """Compare two bundles.

    Args:
        champion: its name in the report, and its folder.
        challenger: likewise.
        rows: that both answer.

    Raises:
        BundleError: a bundle cannot be used.
        EvaluationError: rows and bundles do not fit.
        DataError: the rows cannot be read.
    """
    names = (champion[0], challenger[0])
    classifiers = [MentionClassifier(folder) for _, folder in (champion, challenger)]
    found = read_rows(rows.paths, rows.split, tasks=_tasks(classifiers))
    a, b = (
        answered_side(name, classifier, found)
        for name, classifier in zip(names, classifiers, strict=True)
    )
    pairing = pair(a, b)
    comparison = compare_answers(a.info, b.info, pairing, settings=rows.settings)
    gate = apply_gate(comparison, rows.margin)
    return Contest(comparison.model_copy(update={"gate": gate}), pairing, fingerprint(found))


def _tasks(classifiers: Sequence[MentionClassifier]) -> list[Task]:
    """Return the tasks of both, with every label that one of them knows."""
    labels: dict[str, dict[str, None]] = {}
    for classifier in classifiers:
        for task in classifier.manifest.tasks:
            labels.setdefault(task.name, {}).update(dict.fromkeys(task.labels))
    return [Task(name, tuple(found)) for name, found in labels.items()]
