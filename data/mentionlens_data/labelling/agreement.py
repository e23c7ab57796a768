"""How far two independent readers agree: Cohen's kappa per task, and the mentions in dispute."""

from __future__ import annotations

from dataclasses import dataclass

from mentionlens_data.labelling.passes import SETTLED, Passes
from mentionlens_data.tasks import default_tasks

__all__ = ["Agreement", "Dispute", "disputes", "measure_agreement"]


@dataclass(frozen=True)
class Agreement:
    """Agreement of the first two passes on one task.

    Attributes:
        task: the question.
        mentions: that both passes answer.
        same: share of equal answers, in [0, 1].
        kappa: Cohen's kappa (Cohen 1960): agreement beyond chance, 1 at best; None where a single
            label leaves nothing to chance.
        first_kept: share of the disputed mentions in which the first pass was settled on; None
            where nothing is settled or disputed.
    """

    task: str
    mentions: int
    same: float
    kappa: float | None
    first_kept: float | None


@dataclass(frozen=True)
class Dispute:
    """A mention and task on which the two passes differ."""

    id: str
    task: str
    first: str
    second: str
    settled: str | None


def measure_agreement(passes: Passes) -> list[Agreement]:
    """Compare passes 1 and 2, task by task; mentions that only one of them read do not count."""
    from sklearn.metrics import cohen_kappa_score

    first, second = passes.get("1", {}), passes.get("2", {})
    both = sorted(first.keys() & second.keys())
    disputed = disputes(passes)
    found = []
    for task in default_tasks():
        one = [first[own_id][task.name] for own_id in both]
        other = [second[own_id][task.name] for own_id in both]
        same = sum(a == b for a, b in zip(one, other, strict=True))
        varied = len({*one, *other}) > 1
        settled = [d for d in disputed if d.task == task.name and d.settled is not None]
        found.append(
            Agreement(
                task=task.name,
                mentions=len(both),
                same=same / len(both) if both else 0.0,
                kappa=float(cohen_kappa_score(one, other)) if varied else None,
                first_kept=(
                    sum(d.settled == d.first for d in settled) / len(settled) if settled else None
                ),
            )
        )
    return found


def disputes(passes: Passes) -> list[Dispute]:
    """Return every difference between passes 1 and 2, in the order of the ids."""
    first, second = passes.get("1", {}), passes.get("2", {})
    settled = passes.get(SETTLED, {})
    return [
        Dispute(
            own_id,
            task.name,
            first[own_id][task.name],
            second[own_id][task.name],
            settled.get(own_id, {}).get(task.name),
        )
        for own_id in sorted(first.keys() & second.keys())
        for task in default_tasks()
        if first[own_id][task.name] != second[own_id][task.name]
    ]
