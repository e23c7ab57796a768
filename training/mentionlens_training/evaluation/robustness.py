"""What becomes of the answers where the same thing is written in another way.

Every augmentation keeps the labels of a text, so a decision that changes with it is a mistake
before or after (M. T. Ribeiro and others, "Beyond Accuracy: Behavioral Testing of NLP Models with
CheckList", ACL 2020, call it an invariance test).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mentionlens_data.augmentation import applies, augment, augmentations
from mentionlens_data.hashing import unit_hash
from mentionlens_data.schema import LabelledMention

from mentionlens_training.evaluation.measures.intervals import wilson_interval
from mentionlens_training.evaluation.measures.metrics import macro_f1
from mentionlens_training.evaluation.measures.slices import LEAST_ROWS
from mentionlens_training.evaluation.predictions import Classifier
from mentionlens_training.evaluation.schema import Estimate, Robustness, Settings, TaskRobustness

__all__ = ["draw_balanced", "measure_robustness"]

_Answers = Mapping[str, Mapping[str, str]]  # text to task to label


def measure_robustness(
    classifier: Classifier,
    rows: Iterable[LabelledMention],
    settings: Settings | None = None,
    *,
    most: int = 300,
    progress: Callable[[str], None] | None = None,
) -> dict[str, tuple[Robustness, ...]]:
    """Answer some rows of each language as they were written and under every augmentation.

    Only rows whose text an augmentation changes count for it; one that changes fewer than
    `LEAST_ROWS` of a language is left out there. The result depends on the rows, not on their
    order, and on the seed.

    Args:
        classifier: answers the texts, each different one once.
        rows: labelled rows, whose labels the classifier knows.
        settings: seed of the draws, confidence of the intervals.
        most: rows of a language.
        progress: called with one line for each language.

    Returns:
        Language to augmentations, in the order in which the languages first occur.

    Raises:
        ValueError: `most` is below 1.
    """
    if most < 1:
        raise ValueError(f"robustness needs 1 or more rows of a language, found {most}")
    settings = settings or Settings()
    tasks = [task.name for task in classifier.manifest.tasks]
    languages: dict[str, list[LabelledMention]] = defaultdict(list)
    for row in rows:
        if any(task in row.labels for task in tasks):
            languages[row.lang].append(row)
    found = {}
    for lang, candidates in languages.items():
        chosen = draw_balanced(candidates, tasks, most, settings.seed)
        variants = _variants(chosen, lang, settings.seed)
        texts = dict.fromkeys(pair.text for pairs in variants.values() for pair in pairs)
        texts |= dict.fromkeys(pair.row.text for pairs in variants.values() for pair in pairs)
        if progress is not None:
            progress(f"robustness of {lang}: {len(chosen)} rows, {len(texts)} texts")
        answers = _answer(classifier, list(texts))
        found[lang] = tuple(
            Robustness(
                augmentation=name,
                description=augmentations()[name].title,
                tasks=tuple(_measure(task, pairs, answers, settings) for task in tasks),
            )
            for name, pairs in variants.items()
        )
    return found


def draw_balanced(
    rows: Iterable[LabelledMention], tasks: Sequence[str], most: int, seed: int
) -> list[LabelledMention]:
    """Return up to `most` rows, with as equal numbers of labelled rows of each task as can be.

    The order of the rows is nothing: each has its place in the draw by its id.
    """
    left = sorted(rows, key=lambda row: (unit_hash("robustness", seed, row.id), row.id))
    counts: Counter[str] = Counter()
    chosen: list[LabelledMention] = []
    # Each row once, for the task that has fewest; a row of several tasks counts for all of them.
    queues = {task: iter([row for row in left if task in row.labels]) for task in tasks}
    taken: set[str] = set()
    while queues and len(chosen) < most:
        task = min(queues, key=lambda name: counts[name])
        row = next((row for row in queues[task] if row.id not in taken), None)
        if row is None:
            del queues[task]
            continue
        taken.add(row.id)
        chosen.append(row)
        counts.update(list(row.labels))
    return chosen


@dataclass(frozen=True)
class _Pair:
    """A row, and its text under an augmentation that changes it."""

    row: LabelledMention
    text: str


def _variants(rows: Sequence[LabelledMention], lang: str, seed: int) -> dict[str, list[_Pair]]:
    """Return the rows that each augmentation of the language changes, where these are enough."""
    found = {}
    for name in augmentations():
        if not applies(name, lang):
            continue
        texts = (augment(row.text, lang, name, seed=seed, key=row.id) for row in rows)
        pairs = [
            _Pair(row, text) for row, text in zip(rows, texts, strict=True) if text != row.text
        ]
        if len(pairs) >= LEAST_ROWS:
            found[name] = pairs
    return found


def _answer(classifier: Classifier, texts: Sequence[str]) -> _Answers:
    answers = classifier.predict_iter(texts)
    return {
        text: {name: task.label for name, task in answer.tasks.items()}
        for text, answer in zip(texts, answers, strict=True)
    }


def _measure(
    task: str, pairs: Sequence[_Pair], answers: _Answers, settings: Settings
) -> TaskRobustness:
    before = [answers[pair.row.text][task] for pair in pairs]
    after = [answers[pair.text][task] for pair in pairs]
    changed = sum(a != b for a, b in zip(before, after, strict=True))
    labelled = [i for i, pair in enumerate(pairs) if task in pair.row.labels]
    gold = [pairs[i].row.labels[task] for i in labelled]
    low, high = wilson_interval(changed, len(pairs), settings.confidence)
    return TaskRobustness(
        task=task,
        rows=len(pairs),
        changed=Estimate(value=changed / len(pairs), low=low, high=high),
        labelled=len(labelled),
        macro_f1_before=macro_f1(gold, [before[i] for i in labelled]) if labelled else None,
        macro_f1_after=macro_f1(gold, [after[i] for i in labelled]) if labelled else None,
    )
