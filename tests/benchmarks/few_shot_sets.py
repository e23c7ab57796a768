"""The sets of `few_shot.py`: what each asks, and which rows are learned from and measured on.

No row of a public set that the bundle was trained on is taken, neither to learn from nor to measure
on, and no row that says the same as one of them, in whatever corpus that stands.
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from mentionlens_data.atomic import written_atomically
from mentionlens_data.corpora.ledger import load_ledger
from mentionlens_data.corpora.reading import CorpusReader
from mentionlens_data.hashing import text_hash, unit_hash
from mentionlens_data.labelling.sample_mentions import SOURCE, read_sample_mentions
from mentionlens_data.schema import LabelledMention
from mentionlens_data.suggestion.copies import copy_key
from mentionlens_data.tasks import Task, default_tasks

POOL, TEST = 4000, 1000


@dataclass(frozen=True)
class FewShotSet:
    """One question asked of one corpus.

    Attributes:
        source: name in the ledger, or of the project's own mentions.
        lang: of the rows; for reading only.
        task: name of the question.
        labels: that are asked for; rows with another one are left out.
        most: rows of a label at most, so that the commonest does not drown the others.
    """

    source: str
    lang: str
    task: str
    labels: tuple[str, ...]
    most: int = 1500

    @property
    def known(self) -> bool:
        """Whether the shipped model answers the question."""
        return self.task in {task.name for task in default_tasks()}

    @property
    def question(self) -> Task:
        """The task as a retraining is told it: as the shipped model has it, where it does."""
        shipped = {task.name: task for task in default_tasks()}
        return shipped.get(self.task) or Task(self.task, self.labels)


_SIGNS = ("negative", "neutral", "positive")
SETS = {
    "bg-cinexio": FewShotSet("bg-cinexio", "bg", "sentiment", _SIGNS),
    "pl-polemo2": FewShotSet("pl-polemo2-medicine-sentences", "pl", "sentiment", _SIGNS),
    "ru-spb-appeals": FewShotSet(
        "ru-spb-appeals",
        "ru",
        "topic",
        (
            "Благоустройство",
            "Содержание МКД",
            "Фасад",
            "Повреждения или неисправность элементов уличной инфраструктуры",
            "Водоснабжение",
            "Кровля",
        ),
        most=900,
    ),
    "es-emoevales": FewShotSet(
        "emoevales-es", "es", "emotion", ("others", "joy", "sadness", "anger", "surprise")
    ),
    "ro-offense": FewShotSet(
        "ro-offense", "ro", "offence", ("OTHER", "PROFANITY", "INSULT", "ABUSE")
    ),
    "sample-mentions": FewShotSet(
        SOURCE,
        "all",
        "complaint",
        next(task.labels for task in default_tasks() if task.name == "complaint"),
    ),
}


@dataclass(frozen=True)
class DrawnSet:
    """The rows of a set, in an order that depends on their ids alone.

    Attributes:
        asked: the set.
        pool: rows that may be learned from.
        test: rows that are measured on.
        known_rows: rows of the corpus that the bundle was trained on, whatever they taught it.
        copies: rows left out because they repeat one of those, or one another.
    """

    asked: FewShotSet
    pool: list[LabelledMention] = field(repr=False)
    test: list[LabelledMention] = field(repr=False)
    known_rows: int
    copies: int

    def shots(self, size: int | None, seed: int) -> list[LabelledMention]:
        """Return `size` rows of each label, all where there are fewer; None: the whole pool."""
        if size is None:
            return list(self.pool)
        order = np.random.default_rng(seed).permutation(len(self.pool))
        counts: Counter[str] = Counter()
        chosen = []
        for place in order:
            row = self.pool[place]
            label = row.labels[self.asked.task]
            if counts[label] < size:
                counts[label] += 1
                chosen.append(row)
        return chosen


def draw_sets(
    names: Sequence[str], corpora: Path, training_ids: Path, cache: Path
) -> dict[str, DrawnSet]:
    """Return the rows of each named set.

    Args:
        names: of the sets.
        corpora: folder of the public corpora.
        training_ids: file of the ids of the rows that the bundle was trained on.
        cache: folder of the sets that were drawn before; empty it where the corpora change.
    """
    content = training_ids.read_text(encoding="utf-8")
    drawn = {}
    missing = []
    for name in names:
        key = text_hash(f"{SETS[name]}{POOL}{TEST}{content}")
        path = cache / f"{name}-{key}.json"
        if path.is_file():
            drawn[name] = _read(SETS[name], path)
        else:
            missing.append((name, path))
    if missing:
        cache.mkdir(parents=True, exist_ok=True)
        found = _draw([name for name, _ in missing], corpora, frozenset(content.split()))
        for (name, path), (_, one) in zip(missing, found, strict=True):
            with written_atomically(path) as file:
                json.dump(dataclasses.asdict(one), file, ensure_ascii=False)
            drawn[name] = one
    return {name: drawn[name] for name in names}


def _read(asked: FewShotSet, path: Path) -> DrawnSet:
    found = json.loads(path.read_text(encoding="utf-8"))
    pool, test = ([LabelledMention(**row) for row in found[part]] for part in ("pool", "test"))
    return DrawnSet(asked, pool, test, found["known_rows"], found["copies"])


def _draw(
    names: Sequence[str], corpora: Path, training_ids: AbstractSet[str]
) -> Iterator[tuple[str, DrawnSet]]:
    ids_of: dict[str, set[str]] = {}
    for row_id in training_ids:
        ids_of.setdefault(row_id.split("/", 1)[0], set()).add(row_id)
    known_texts = _known_texts(corpora, ids_of)
    for name in names:
        asked = SETS[name]
        known = ids_of.get(asked.source, set())
        drawn = (
            _own_set(asked)
            if asked.source == SOURCE
            else _public_set(asked, corpora, known, known_texts)
        )
        yield name, drawn


def _known_texts(corpora: Path, ids_of: Mapping[str, AbstractSet[str]]) -> set[str]:
    """Return what is compared of the texts of all training rows."""
    ledger = load_ledger()
    texts = {
        copy_key(row["text"])
        for source, ids in ids_of.items()
        if source in ledger
        for row_id, row in CorpusReader(ledger[source], corpora).identified()
        if row_id in ids
    }
    own = (sample.mention for sample in read_sample_mentions())
    return texts | {copy_key(row.text) for row in own if row.id in ids_of.get(SOURCE, ())}


def _public_set(
    asked: FewShotSet, corpora: Path, known: AbstractSet[str], known_texts: AbstractSet[str]
) -> DrawnSet:
    rows: dict[str, LabelledMention] = {}
    copies = 0
    for row_id, raw in CorpusReader(load_ledger()[asked.source], corpora).identified():
        if raw["label"] not in asked.labels or row_id in known:
            continue
        key = copy_key(raw["text"])
        if key in rows or key in known_texts:
            copies += 1
            continue
        rows[key] = LabelledMention(
            row_id,
            raw["text"],
            raw["lang"],
            asked.source,
            "train",
            row_id,
            {asked.task: raw["label"]},
        )
    counts: Counter[str] = Counter()
    chosen = []
    for row in sorted(rows.values(), key=lambda row: unit_hash("few-shot", row.id)):
        label = row.labels[asked.task]
        if counts[label] < asked.most:
            counts[label] += 1
            chosen.append(row)
    test = min(TEST, len(chosen) // 3)
    return DrawnSet(asked, chosen[test : test + POOL], chosen[:test], len(known), copies)


def _own_set(asked: FewShotSet) -> DrawnSet:
    """Return the project's own mentions: the bundle was trained on their train part only."""
    parts: dict[str, list[LabelledMention]] = {"train": [], "validation": [], "test": []}
    for sample in read_sample_mentions():
        row = sample.mention
        parts[row.split].append(
            LabelledMention(
                row.id,
                row.text,
                row.lang,
                row.source,
                "train",
                row.group,
                {asked.task: row.labels[asked.task]},
            )
        )
    pool, test = (
        sorted(parts[name], key=lambda row: unit_hash("few-shot", row.id))
        for name in ("validation", "test")
    )
    return DrawnSet(asked, pool[:POOL], test[:TEST], len(parts["train"]), 0)
