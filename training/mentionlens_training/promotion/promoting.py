"""The decision on a challenger, and what follows from it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mentionlens_training.evaluation.comparison.gate import gate_lines
from mentionlens_training.promotion.challenger import Challenger, find_challenger
from mentionlens_training.promotion.contest import Contest, Rows, hold_contest
from mentionlens_training.promotion.errors import PromotionError
from mentionlens_training.promotion.registry import Registry, Version
from mentionlens_training.promotion.steps import Step
from mentionlens_training.tracking.store import store_errors

__all__ = ["Promotion", "promote"]


@dataclass(frozen=True)
class Promotion:
    """What was decided, and done.

    Attributes:
        challenger: name and version of it.
        champion: version that the alias pointed to; None where there was none.
        passed: whether the challenger may take its place, or has it already.
        reasons: why not, in words.
        notes: what else to know: losses that may be chance, means.
        step: the record; None where nothing was written: a dry run, a challenger that is the
            champion already, or a bundle that the gate keeps out of the registry.
    """

    challenger: str
    champion: Version | None
    passed: bool
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    step: Step | None = None


def promote(
    given: str,
    registry: Registry,
    rows: Rows | None = None,
    *,
    dry_run: bool = False,
    output: Path | None = None,
) -> Promotion:
    """Let the alias point to a challenger where that makes nothing worse.

    The challenger's manifest must record a passed export gate, and on the rows no language and
    task may be worse than with the champion by more than the margin, as `mentionlens compare
    --no-worse-than` decides it. Without a champion the gate is enough. A refusal is recorded, too.

    Args:
        given: bundle, MLflow run or version, see `find_challenger`.
        registry: with the alias.
        rows: to compare on; needed where there is a champion.
        dry_run: decide only; nothing is registered, recorded or moved.
        output: folder for the comparison; None writes none.

    Raises:
        PromotionError: nothing is named by `given`, rows are missing, or the alias was moved by
            somebody else meanwhile.
        TrackingError: the store fails.
        BundleError: a bundle cannot be used.
        EvaluationError: rows and bundles do not fit.
    """
    with tempfile.TemporaryDirectory(prefix="mentionlens-") as work:
        fetched = Path(work)
        challenger = find_challenger(given, registry, _folder(fetched / "challenger"))
        champion = registry.champion()
        problem = challenger.gate_problem()
        if problem is not None:
            return _refused_by_gate(registry, challenger, champion, problem, dry_run=dry_run)
        contest = None
        if champion is not None:
            bundle = registry.fetch(champion, _folder(fetched / "champion"))
            if _is_champion(challenger, champion, bundle):
                note = f"{registry.name}@{registry.alias} points to it already"
                return Promotion(challenger.title, champion, passed=True, notes=(note,))
            if rows is None:
                raise PromotionError(
                    f"{registry.name}@{registry.alias} is {champion.title}: --data names the "
                    "labelled rows on which the two are compared"
                )
            contest = hold_contest(
                (_side(registry, champion), bundle), (_name(challenger), challenger.bundle), rows
            )
            if output is not None:
                contest.write(output)
        return _concluded(registry, challenger, champion, contest, dry_run=dry_run)


def _concluded(
    registry: Registry,
    challenger: Challenger,
    champion: Version | None,
    contest: Contest | None,
    *,
    dry_run: bool,
) -> Promotion:
    reasons, notes = _in_words(contest)
    if contest is not None:
        reasons = (*reasons, *_given_up(contest))
    passed = not reasons
    if dry_run:
        return Promotion(challenger.title, champion, passed, reasons, notes)
    version = challenger.registered(registry)
    step = _step(version, champion, contest, reasons)
    with registry.moving() as mover:
        mover.expect(champion)
        step = mover.move(step) if passed else mover.record(step)
    if contest is not None:
        _keep(registry, version, step, contest)
    title = f"{version.title} ({challenger.manifest.name} {challenger.manifest.version})"
    return Promotion(title, champion, passed, reasons, notes, step)


def _refused_by_gate(
    registry: Registry,
    challenger: Challenger,
    champion: Version | None,
    problem: str,
    *,
    dry_run: bool,
) -> Promotion:
    step = None
    # What is not registered is not registered for being refused.
    if challenger.version is not None and not dry_run:
        with registry.moving() as mover:
            step = mover.record(_step(challenger.version, champion, None, (problem,)))
    return Promotion(challenger.title, champion, passed=False, reasons=(problem,), step=step)


def _step(
    version: Version, champion: Version | None, contest: Contest | None, reasons: tuple[str, ...]
) -> Step:
    return Step(
        number=0,  # numbered when it is written
        action="refused" if reasons else "promoted",
        at="",
        before=None if champion is None else champion.number,
        version=version.number,
        margin=None if contest is None else contest.gate.points,
        figures=None if contest is None else contest.figures,
        reasons=reasons,
    )


def _in_words(contest: Contest | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return why the challenger is refused, and what else to know."""
    if contest is None:
        return (), ("there was no champion to compare with: the passed export gate is enough",)
    lines = list(gate_lines(contest.gate))
    reasons = tuple(x.removeprefix("fails: ") for x in lines if x.startswith("fails: "))
    return reasons, (*_mean(contest), *(x for x in lines if x.startswith("undecided: ")))


def _given_up(contest: Contest) -> Iterator[str]:
    """Name the tasks that the challenger no longer answers: no row can show that loss."""
    a, b = contest.comparison.a.bundle, contest.comparison.b.bundle
    assert a is not None and b is not None
    for task in (task for task in a.tasks if task not in b.tasks):
        yield f"the challenger does not answer {task}, which the champion does"


def _mean(contest: Contest) -> Iterator[str]:
    figures = contest.figures
    if figures.champion is not None and figures.challenger is not None:
        yield (
            f"mean macro-F1 over {figures.cells} languages and tasks, {figures.rows:,} rows: "
            f"{100 * figures.champion:.2f} (champion), {100 * figures.challenger:.2f} (challenger)"
        )


def _keep(registry: Registry, version: Version, step: Step, contest: Contest) -> None:
    """Put the whole comparison beside the challenger's run."""
    if not version.run_id:
        return
    with tempfile.TemporaryDirectory() as work, store_errors("does not take the comparison"):
        contest.write(Path(work))
        place = f"promotion/{registry.alias}-{step.number:06d}"
        registry.client.log_artifacts(version.run_id, work, place)


def _is_champion(challenger: Challenger, champion: Version, bundle: Path) -> bool:
    from mentionlens_training.tracking.writing import bundle_identity

    if challenger.version is not None and challenger.version.number == champion.number:
        return True
    return challenger.identity == bundle_identity(bundle)


def _side(registry: Registry, champion: Version) -> str:
    return f"{registry.name} {champion.title}"


def _name(challenger: Challenger) -> str:
    return f"{challenger.manifest.name} {challenger.manifest.version}"


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
