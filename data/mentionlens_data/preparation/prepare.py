"""From public corpora to one prepared set: mapped, grouped, divided, written, counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.corpora.ledger import load_ledger, permitted
from mentionlens_data.corpora.mapping import Dropped, Mapped, map_row
from mentionlens_data.corpora.reading import read_corpus
from mentionlens_data.errors import CorpusFormatError, LedgerError
from mentionlens_data.languages import target_languages
from mentionlens_data.preparation.grouping import TextKeys, text_keys
from mentionlens_data.preparation.splits import Candidate, divide
from mentionlens_data.prepared import PreparedSet, write_prepared
from mentionlens_data.schema import SPLITS, LabelledMention

__all__ = ["DEFAULT_SEED", "prepare"]

DEFAULT_SEED = 20240601


def prepare(
    corpora_folder: Path,
    output: Path,
    *,
    policy: str = "research",
    seed: int = DEFAULT_SEED,
    names: Sequence[str] | None = None,
    ledger: Mapping[str, LedgerEntry] | None = None,
    progress: Callable[[str], None] | None = None,
) -> PreparedSet:
    """Prepare the corpora of the ledger for training and evaluation.

    Args:
        corpora_folder: holds one folder a corpus, each with `data.jsonl.gz`.
        output: folder to write; an earlier prepared set there is replaced.
        policy: `open` takes only corpora whose licence permits any use; `research` takes all.
        seed: decides cut parts and the order of rows.
        names: corpora to take; by default every one of the ledger that the policy permits.
        ledger: entries by name; by default the package's own.
        progress: called with one line a step.

    Raises:
        LedgerError: an unknown policy or corpus, or none is left.
        CorpusNotFoundError: the folder lacks a corpus.
        CorpusFormatError: a row is not what the ledger says.
    """
    say = progress or (lambda line: None)
    entries = _choose(ledger or load_ledger(), permitted(policy), names)
    languages = frozenset(language.code for language in target_languages())
    drops: Counter[tuple[str, str]] = Counter()
    raw: Counter[str] = Counter()
    rows: list[Candidate] = []
    for entry in entries:
        before = len(rows)
        rows.extend(_candidates(entry, corpora_folder, seed, raw, drops, languages=languages))
        say(f"{entry.name}: {raw[entry.name]} rows read, {len(rows) - before} mapped")
    say(f"dividing {len(rows)} rows")
    plans = {entry.name: entry.splits for entry in entries}
    kept, more = divide(rows, plans, seed=seed)
    drops.update(more)
    return write_prepared(
        output,
        {split: _mentions(kept, split) for split in SPLITS},
        entries,
        raw=raw,
        drops=drops,
        policy=policy,
        seed=seed,
    )


def _choose(
    ledger: Mapping[str, LedgerEntry], classes: frozenset[str], names: Sequence[str] | None
) -> list[LedgerEntry]:
    unknown = sorted(set(names or ()) - set(ledger))
    if unknown:
        raise LedgerError(f"no corpora {unknown} in the ledger; known: {', '.join(sorted(ledger))}")
    chosen = [
        entry
        for name, entry in sorted(ledger.items())
        if entry.policy in classes and (names is None or name in names)
    ]
    if not chosen:
        raise LedgerError("the policy permits none of the corpora that were asked for")
    return chosen


def _candidates(
    entry: LedgerEntry,
    folder: Path,
    seed: int,
    raw_counts: Counter[str],
    drops: Counter[tuple[str, str]],
    *,
    languages: frozenset[str],
) -> Iterator[Candidate]:
    repeated: Counter[str] = Counter()
    for raw in read_corpus(entry, folder):
        raw_counts[entry.name] += 1
        if raw["lang"] not in languages:
            drops[entry.name, f"language {raw['lang']} is not a target"] += 1
            continue
        try:
            mapped = map_row(entry, raw, seed=seed)
        except (KeyError, IndexError, TypeError) as error:
            raise CorpusFormatError(
                f"corpus {entry.name!r}, row {raw['id']!r}: the mapping met {error!r}"
            ) from error
        if isinstance(mapped, Dropped):
            drops[entry.name, mapped.reason] += 1
            continue
        repeated[raw["id"]] += 1
        again = repeated[raw["id"]]
        own_id = raw["id"] if again == 1 else f"{raw['id']}#{again}"
        keys = text_keys(mapped.text, raw["lang"])
        yield Candidate(
            id=f"{entry.name}/{own_id}",
            text=mapped.text,
            lang=raw["lang"],
            source=entry.name,
            labels=mapped.labels,
            weight=mapped.weight,
            split=_own_part(entry, raw),
            duplicate=keys.duplicate,
            joins=_joins(entry, raw, mapped, keys),
            cut=_tied(entry.name, entry.splits.cut_by, raw),
        )


def _own_part(entry: LedgerEntry, raw: Mapping[str, Any]) -> str:
    part = raw.get("split") or "train"
    part = entry.splits.official.get(part, part)
    if part not in SPLITS:
        raise CorpusFormatError(
            f"corpus {entry.name!r}, row {raw['id']!r}: split {part!r} is none of {SPLITS}; "
            f"name it under [splits.official]"
        )
    return part


def _joins(
    entry: LedgerEntry, raw: Mapping[str, Any], mapped: Mapped, keys: TextKeys
) -> tuple[str, ...]:
    """Add what else ties the row to others; a short text stays out of everything but itself."""
    joins = keys.joins
    if mapped.full_text != mapped.text:
        full = text_keys(mapped.full_text, raw["lang"])
        joins += () if full.short else full.joins
    if keys.short:
        return joins
    if entry.splits.group_by:
        joins += (_tied(entry.name, entry.splits.group_by, raw),)
    parallel = entry.splits.parallel
    if parallel is not None:
        number = re.search(parallel.id_pattern, raw["id"])
        if number is None:
            raise CorpusFormatError(
                f"corpus {entry.name!r}, row {raw['id']!r}: id does not match "
                f"{parallel.id_pattern!r}"
            )
        joins += (_tied(f"parallel {parallel.name} {number[1]}", parallel.fields, raw),)
    return joins


def _tied(name: str, fields: Sequence[str], raw: Mapping[str, Any]) -> str:
    return "|".join([name, *(str(raw.get(field)) for field in fields)]) if fields else ""


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
                weight=row.weight,
            )
