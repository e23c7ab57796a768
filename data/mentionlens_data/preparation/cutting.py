"""Cut the parts that a source lacks from its training rows, stratified by language and label."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from mentionlens_data.corpora.entry import SplitPlan
from mentionlens_data.hashing import unit_hash
from mentionlens_data.preparation.candidates import Candidate

__all__ = ["propose_parts"]


def propose_parts(
    rows: Sequence[Candidate],
    plans: Mapping[str, SplitPlan],
    *,
    seed: int,
    trained_on: frozenset[str] = frozenset(),
) -> None:
    """Set `split`, `official` and `surplus` of every row.

    Official parts stand, thinned out where they are over their cap. Where a source has no test or
    validation part in a language, a share of its training rows becomes one: whole groups, in the
    order of a hash of their name, the same share of every label. So the cut is the same on every
    machine, and groups that stand in several sources tend to fall the same way in all of them.
    Groups with a row of `trained_on` stay training rows; others are cut in their place.
    """
    trained = frozenset(row.group for row in rows if row.id in trained_on)
    sizes = Counter((row.source, row.lang, row.split) for row in rows)
    pools: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for row in rows:
        if row.split == "train":
            pools[row.source, row.lang].append(row)
        else:
            _keep_official(row, plans[row.source], sizes[row.source, row.lang, row.split], seed)
    for (source, lang), pool in pools.items():
        plan = plans[source]
        test = 0.0 if sizes[source, lang, "test"] else _share(plan, "test", len(pool))
        validation = (
            0.0 if sizes[source, lang, "validation"] else _share(plan, "validation", len(pool))
        )
        _cut(pool, test, validation, seed, trained)


def _keep_official(row: Candidate, plan: SplitPlan, size: int, seed: int) -> None:
    row.official = True
    cap = plan.max_test if row.split == "test" else plan.max_validation
    if unit_hash("cap", seed, row.group) >= cap / size:
        # Validation above the cap is good training material; test rows never are.
        row.official = row.surplus = row.split == "test"
        row.split = "test" if row.surplus else "train"


def _share(plan: SplitPlan, part: str, size: int) -> float:
    if part == "test":
        return min(plan.test_share, plan.max_test / size)
    return min(plan.validation_share, plan.max_validation / size)


def _cut(
    pool: Sequence[Candidate],
    test: float,
    validation: float,
    seed: int,
    trained: frozenset[str],
) -> None:
    if not test and not validation:
        return
    units: dict[str, list[Candidate]] = defaultdict(list)
    for row in pool:
        units[row.cut or row.group].append(row)
    for stratum in _strata(units).values():
        stratum.sort(key=lambda name: (unit_hash("cut", seed, name), name))
        for_test = round(len(stratum) * test)
        for_both = round(len(stratum) * (test + validation))
        free = [name for name in stratum if all(row.group not in trained for row in units[name])]
        for place, name in enumerate(free[:for_both]):
            for row in units[name]:
                row.split = "test" if place < for_test else "validation"


def _strata(units: Mapping[str, Sequence[Candidate]]) -> dict[tuple[str, str], list[str]]:
    """Name the units by their rarest label, so that rare labels reach every part."""
    answers = Counter(answer for rows in units.values() for row in rows for answer in row.answers)
    strata: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, rows in units.items():
        found = {answer for row in rows for answer in row.answers}
        strata[min(found, key=lambda answer: (answers[answer], answer))].append(name)
    return strata
