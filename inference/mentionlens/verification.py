"""Replays the golden texts of a bundle on this machine."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mentionlens.classifier import MentionClassifier
from mentionlens.errors import BundleFormatError, MentionlensError
from mentionlens.fields import Fields
from mentionlens.int8_products import products_saturate
from mentionlens.manifest import Manifest, TaskSpec
from mentionlens.prediction import Prediction, TaskPrediction

__all__ = ["TOLERANCE", "Check", "GoldenText", "VerificationReport", "read_golden", "verify_bundle"]

# Processors with and without integer instructions round differently; more than this is damage.
TOLERANCE = 0.02
_EXAMPLES = 3


@dataclass(frozen=True)
class Check:
    """One check: its name, whether it passed, and what was seen."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class VerificationReport:
    """The outcome of `verify_bundle`.

    Attributes:
        path: the bundle's folder.
        checks: the checks in the order they ran; those that need an earlier one that failed are
            not there.
        max_difference: largest |difference| of a probability from the expected one; None when
            nothing could be replayed.
        advice: what it means and what to do where golden texts were answered otherwise; None where
            they were not, or not at all.
    """

    path: Path
    checks: tuple[Check, ...]
    max_difference: float | None = None
    advice: str | None = None

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)


@dataclass(frozen=True)
class GoldenText:
    """A text of the project's own and the answers of the exported model.

    Attributes:
        id: name of the text.
        lang: its language, ISO 639-1.
        text: the mention.
        expected: task name to label to probability.
    """

    id: str
    lang: str
    text: str
    expected: Mapping[str, Mapping[str, float]]


def read_golden(path: str | os.PathLike[str], tasks: Sequence[TaskSpec]) -> list[GoldenText]:
    """Read golden texts: a JSON object a line with `id`, `lang`, `text` and `expected`.

    Raises:
        BundleFormatError: a line is damaged or lacks a task or label, or there is no line.
    """
    golden = []
    lines = Path(path).read_bytes().decode("utf-8", "replace").split("\n")
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                golden.append(_golden(json.loads(line), tasks))
            except (ValueError, BundleFormatError) as error:
                raise BundleFormatError(f"{path}, line {number}: {error}") from error
    if not golden:
        raise BundleFormatError(f"{path}: holds no golden text")
    return golden


def verify_bundle(
    path: str | os.PathLike[str], *, threads: int | None = None
) -> VerificationReport:
    """Check a bundle on this machine: its files, its graph, and the answers to its golden texts.

    Every golden text is answered alone and in one batch with all the others. Its probabilities
    must lie within `TOLERANCE` of the expected ones, and its label must be the expected one unless
    the two best expected probabilities are closer than twice the tolerance.

    Returns:
        The report; a bundle that does not load is a failed check, not an exception.
    """
    folder = Path(path).absolute()
    try:
        classifier = MentionClassifier(folder, threads=threads)
    except MentionlensError as error:
        return VerificationReport(folder, (_failed("files", error),))
    manifest = classifier.manifest
    checks = [
        Check("files", True, f"{manifest.name} {manifest.version}, schema and checksums agree")
    ]
    try:
        golden = read_golden(classifier.bundle.golden_path, manifest.tasks)
    except MentionlensError as error:
        return VerificationReport(folder, (*checks, _failed("golden texts", error)))
    checks.append(Check("golden texts", True, f"{len(golden)} texts"))
    try:
        alone = [classifier.predict(item.text) for item in golden]
        batch = list(classifier.predict_iter((item.text for item in golden), len(golden)))
    except MentionlensError as error:
        return VerificationReport(folder, (*checks, _failed("graph", error)))
    checks.append(Check("graph", True, _describe_graph(manifest)))
    differences = []
    for name, predictions in (("alone", alone), ("batch", batch)):
        check, difference = _compare(name, golden, predictions)
        checks.append(check)
        differences.append(difference)
    worst = max(differences)
    advice = None if all(check.passed for check in checks) else _advice(manifest, worst)
    return VerificationReport(folder, tuple(checks), worst, advice)


def _describe_graph(manifest: Manifest) -> str:
    detail = f"{manifest.graph.file} opens, inputs and outputs agree"
    if manifest.graph.precision == "int8" and products_saturate():
        detail += "; without VNNI its exact kernels are the slower ones"
    return detail


def _advice(manifest: Manifest, difference: float) -> str:
    """Say what other answers mean, with what is recorded of the machine that made the bundle."""
    import onnxruntime

    return (
        f"This machine answers otherwise than the one that made the bundle, by up to "
        f"{difference:.4f}: the figures measured with the bundle need not hold here. Made with "
        f"{_made_with(manifest)}; here are {platform.machine()}, onnxruntime "
        f"{onnxruntime.__version__}. What helps: that version of onnxruntime; a fresh copy of the "
        "bundle, if manifest.json or the golden texts were edited; or an export on this machine "
        "(mentionlens export). A few differences, in unsure answers, come from rounding; many do "
        "not. `mentionlens evaluate` shows what they cost."
    )


def _made_with(manifest: Manifest) -> str:
    machine = manifest.verification.get("machine")
    if not isinstance(machine, Mapping):
        return "what the bundle does not say"
    packages = machine.get("packages")
    onnxruntime = packages.get("onnxruntime") if isinstance(packages, Mapping) else None
    instructions = machine.get("instructions")
    facts = [
        str(machine.get("architecture", "an unknown processor")),
        *(instructions if isinstance(instructions, list) else []),
        f"onnxruntime {onnxruntime or 'of an unknown version'}",
    ]
    return ", ".join(map(str, facts))


def _failed(name: str, error: Exception) -> Check:
    return Check(name, False, f"{type(error).__name__}: {error}")


def _golden(data: object, tasks: Sequence[TaskSpec]) -> GoldenText:
    fields = Fields(data, "")
    section = fields.section("expected")
    expected = {}
    for task in tasks:
        values = section.section(task.name)
        expected[task.name] = {
            label: values.number(label, least=0.0, most=1.0) for label in task.labels
        }
        values.finish()
    section.finish()
    return GoldenText(
        fields.text("id"), fields.text("lang"), fields.text("text", empty=True), expected
    )


def _compare(
    name: str, golden: Iterable[GoldenText], predictions: Iterable[Prediction]
) -> tuple[Check, float]:
    problems: list[str] = []
    worst = 0.0
    count = 0
    for item, prediction in zip(golden, predictions, strict=True):
        for task, expected in item.expected.items():
            count += 1
            answer = prediction.tasks[task]
            difference = _difference(expected, answer.probabilities)
            worst = max(worst, difference)
            problem = _problem(expected, answer, difference)
            if problem:
                problems.append(f"{item.id} {task}: {problem}")
    if problems:
        more = f" and {len(problems) - _EXAMPLES} more" if len(problems) > _EXAMPLES else ""
        detail = f"{len(problems)} of {count} answers differ: "
        return Check(name, False, detail + "; ".join(problems[:_EXAMPLES]) + more), worst
    return Check(name, True, f"{count} answers, largest difference {worst:.4f}"), worst


def _difference(expected: Mapping[str, float], found: Mapping[str, float]) -> float:
    differences = [abs(found[label] - value) for label, value in expected.items()]
    return math.inf if any(map(math.isnan, differences)) else max(differences)


def _problem(expected: Mapping[str, Any], answer: TaskPrediction, difference: float) -> str:
    best, second = sorted(expected.values(), reverse=True)[:2]
    label = max(expected, key=lambda name: float(expected[name]))
    if not difference <= TOLERANCE:
        return f"probabilities differ by {difference:.4f}, more than {TOLERANCE}"
    if answer.label != label and best - second > 2 * TOLERANCE:
        return f"label {answer.label}, expected {label}"
    return ""
