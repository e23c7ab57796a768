"""From sources to one prepared set: mapped, grouped, divided, written, accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.corpora.ledger import load_ledger
from mentionlens_data.corpora.missing import require_corpora
from mentionlens_data.errors import PreparedSetError
from mentionlens_data.labelling.annotations import read_annotations
from mentionlens_data.languages import target_languages
from mentionlens_data.preparation.candidates import Candidate, Removal
from mentionlens_data.preparation.corpus_source import CorpusSource
from mentionlens_data.preparation.mentions_source import SampleMentionsSource
from mentionlens_data.preparation.near_duplicates import near_duplicates
from mentionlens_data.preparation.older_labels import OlderLabels
from mentionlens_data.preparation.selection import choose_corpora
from mentionlens_data.preparation.source import Source
from mentionlens_data.preparation.splits import divide
from mentionlens_data.preparation.writing import write_prepared
from mentionlens_data.prepared import PreparedSet
from mentionlens_data.schema import SPLITS, LabelledMention
from mentionlens_data.tasks import Task

__all__ = ["DEFAULT_SEED", "prepare", "prepare_corpora"]

DEFAULT_SEED = 20240601
COMPARED = 5
"""Texts of fewer words are compared as a whole only, never by shingles."""

Progress = Callable[[str], None]


def prepare_corpora(
    corpora_folder: Path,
    output: Path,
    *,
    policy: str = "research",
    seed: int = DEFAULT_SEED,
    names: Sequence[str] | None = None,
    ledger: Mapping[str, LedgerEntry] | None = None,
    files: Sequence[Source] = (),
    own: bool = True,
    tasks: Sequence[Task] | None = None,
    trained_on: frozenset[str] = frozenset(),
    progress: Progress | None = None,
) -> PreparedSet:
    """Prepare the corpora of the ledger for training and evaluation.

    Args:
        corpora_folder: holds one folder a corpus, each with `data.jsonl.gz`.
        output: folder to write; an earlier prepared set there is replaced.
        policy: `open` takes only corpora whose licence permits any use; `research` takes all.
        seed: decides cut parts and the order of rows.
        names: corpora to take; by default every training corpus that the policy permits.
        ledger: entries by name; by default the package's own.
        files: a user's own files, which join the corpora.
        own: add the project's own mentions, and put its annotations of public mentions in the
            place of the corpora's labels.
        tasks: the questions, those of the files too; by default those that mentionlens ships
            with, which are the ones that corpora and own mentions were labelled for.
        trained_on: ids of rows that a model to go on from was trained on; they and their like
            are never cut for validation or test, so that such a model can be measured.
        progress: called with one line a step.

    Raises:
        LedgerError: an unknown policy or corpus, one that is never prepared, or none is left.
        CorpusNotFoundError: the folder lacks corpora.
        CorpusFormatError: a row is not what the ledger says.
    """
    entries = choose_corpora(ledger or load_ledger(), policy=policy, names=names)
    require_corpora(entries, corpora_folder)
    languages = frozenset(language.code for language in target_languages())
    annotations = read_annotations() if own else {}
    corpora = [
        CorpusSource(entry, corpora_folder, languages=languages, seed=seed, annotations=annotations)
        for entry in entries
    ]
    sources: list[Source] = [*corpora, *([SampleMentionsSource()] if own else [])]
    if tasks is not None:
        sources = [OlderLabels(source, tasks) for source in sources]
    return prepare(
        [*sources, *files],
        output,
        policy=policy,
        seed=seed,
        tasks=tasks,
        trained_on=trained_on,
        progress=progress,
    )


def prepare(
    sources: Sequence[Source],
    output: Path,
    *,
    policy: str = "own",
    seed: int = DEFAULT_SEED,
    tasks: Sequence[Task] | None = None,
    trained_on: frozenset[str] = frozenset(),
    progress: Progress | None = None,
) -> PreparedSet:
    """Prepare a set from any sources.

    Args:
        sources: in a fixed order; names must differ.
        output: folder to write; an earlier prepared set there is replaced.
        policy: which licence classes were let in, for the manifest.
        seed: decides cut parts and the order of rows.
        tasks: the questions, for the manifest; by default those that mentionlens ships with.
        trained_on: see `prepare_corpora`.
        progress: called with one line a step.

    Raises:
        PreparedSetError: two sources have one name, no row is left, or `output` is something else.
    """
    say = progress or (lambda line: None)
    _check_names(sources)
    rows: list[Candidate] = []
    removed: list[Removal] = []
    long_texts: dict[str, str] = {}
    for source in sources:
        before = len(rows)
        for found in source.rows():
            if isinstance(found, Removal):
                removed.append(found)
                continue
            rows.append(found.candidate)
            if found.keys.words >= COMPARED:
                long_texts.setdefault(found.keys.letters, found.keys.joins[0])
        say(f"{source.name}: {source.account().read:,} rows read, {len(rows) - before:,} mapped")
    if not rows:
        raise PreparedSetError("no row of any source can be used; see the messages above")
    alike = _alike(long_texts, say)
    say(f"dividing {len(rows):,} rows")
    plans = {source.name: source.plan for source in sources}
    kept, more = divide(rows, plans, seed=seed, alike=alike, trained_on=trained_on)
    return write_prepared(
        output,
        {split: _mentions(kept, split) for split in SPLITS},
        [source.account() for source in sources],
        removed=[*removed, *more],
        policy=policy,
        seed=seed,
        tasks=tasks,
    )


def _check_names(sources: Sequence[Source]) -> None:
    twice = sorted(n for n, c in Counter(source.name for source in sources).items() if c > 1)
    if twice:
        raise PreparedSetError(f"two sources are named {twice[0]!r}: give them different names")


def _alike(long_texts: Mapping[str, str], say: Progress) -> list[tuple[str, str]]:
    say(f"comparing {len(long_texts):,} different texts")
    letters, keys = list(long_texts), list(long_texts.values())
    pairs = {(keys[one], keys[other]) for one, other in near_duplicates(letters)}
    say(f"{len(pairs):,} pairs of near-duplicates")
    return sorted(pairs)


def _mentions(rows: list[Candidate], split: str) -> Iterator[LabelledMention]:
    for row in rows:
        if row.split == split:
            yield LabelledMention(
                id=row.id,
                text=row.text,
                lang=row.lang,
                source=row.source,
                split=row.split,
                group=row.group,
                labels=row.labels,
                excluded=row.excluded,
                weight=row.weight,
                slices=row.slices,
            )
