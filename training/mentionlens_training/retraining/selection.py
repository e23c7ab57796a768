"""Which rows a retraining reads: all of one's own, and a part of what the model knew before."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

from mentionlens_data.languages import target_languages
from mentionlens_data.prepared import PreparedSet
from mentionlens_data.schema import LabelledMention

from mentionlens_training.config import RunConfig, SamplingConfig
from mentionlens_training.init import Init
from mentionlens_training.sampling import draw_epoch, some_of_each_cell

__all__ = ["Selection", "select_rows"]

_OWN = "own"
_UNKNOWN_LANGUAGE = "und"


@dataclass(frozen=True)
class Selection:
    """The rows of a retraining.

    Attributes:
        train: one's own rows and the rehearsed ones, shuffled.
        validation: one's own validation rows, and some of every language x task that was known.
        own: names of the sources that are one's own.
        languages: that the model answers for afterwards.
        inherited: those of them that it answered for before, and that have too few rows here.
    """

    train: list[LabelledMention]
    validation: list[LabelledMention]
    own: frozenset[str]
    languages: tuple[str, ...]
    inherited: tuple[str, ...]


def select_rows(prepared: PreparedSet, config: RunConfig, start: Init) -> Selection:
    """Choose rows; equal sets, configurations and models give equal choices.

    A set without a user's own files is all one's own: nothing of it is held to be old knowledge.
    """
    sources = prepared.manifest["corpora"]
    own = frozenset(name for name, item in sources.items() if item["policy"] == _OWN)
    own = own or frozenset(sources)
    rows = list(prepared.read("train"))
    mine = [row for row in rows if row.source in own]
    known = [row for row in rows if row.source not in own]
    wanted = config.rehearsal.rows
    order = []
    if known and wanted:
        order = draw_epoch(known, SamplingConfig(rows=wanted, max_repeats=1), config.seed)
    train = mine + [known[i] for i in order]
    random.Random(config.seed).shuffle(train)
    validation = list(prepared.read("validation"))
    measured = some_of_each_cell(
        [row for row in validation if row.source not in own],
        config.rehearsal.measured_rows,
        config.seed,
    )
    counts = Counter(row.lang for row in rows)
    enough = {lang for lang, count in counts.items() if count >= config.least_rows}
    before = start.trained.languages
    answered = (enough | set(before)) - {_UNKNOWN_LANGUAGE}
    listed = [language.code for language in target_languages()]
    languages = [code for code in listed if code in answered]
    languages += sorted(answered - set(listed))
    return Selection(
        train,
        [row for row in validation if row.source in own] + measured,
        own,
        tuple(languages),
        tuple(lang for lang in languages if lang in before and lang not in enough),
    )
