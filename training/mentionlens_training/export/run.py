"""Exports the model of a training run: reads what the gate needs, then hands over."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

from mentionlens.manifest import Manifest
from mentionlens_data.prepared import open_prepared
from mentionlens_data.schema import LabelledMention

from mentionlens_training.export.bundle_writer import read_golden_texts
from mentionlens_training.export.gate_report import GateLimits
from mentionlens_training.export.pipeline import export_bundle
from mentionlens_training.sampling import some_of_each_cell
from mentionlens_training.trained import load_trained

__all__ = ["export_run"]

# Texts of a language that the gate compares.
_TEXTS = 200


def export_run(
    run: Path,
    data: Path,
    golden: Path | Sequence[Mapping[str, str]],
    output: Path,
    *,
    reference: Path | None = None,
) -> Manifest:
    """Export `run/trained` to a bundle at `output`.

    Args:
        run: folder of the training run.
        data: prepared set whose validation rows the gate reads.
        golden: JSON Lines with `id`, `lang` and `text`, or such texts themselves.
        output: folder of the bundle; an earlier bundle there is replaced.
        reference: folder of the float32 bundle to keep beside it, see `export_bundle`.

    Raises:
        TrainedModelError: the run has no trained model.
        PreparedSetError: `data` is no prepared set.
        ExportError: a golden text is malformed, the graph cannot be exported, or a folder cannot
            be written to.
        ExportGateError: the bundle differs from the model by more than the gate allows.
    """
    trained = load_trained(run / "trained")
    prepared = open_prepared(data)
    validation = list(prepared.read("validation"))
    random.Random(trained.config.seed).shuffle(validation)
    most, seed = trained.config.gate.labelled_rows, trained.config.seed
    labelled = some_of_each_cell(validation, most, seed)
    if trained.shipped is not None and _largest_cell(labelled) < GateLimits.cell_rows:
        # Few rows of one's own leave next to none for validation, and what a precision costs can be
        # seen on rows that heads were trained on, too.
        labelled += some_of_each_cell(list(prepared.read("train")), most, seed)
    texts = read_golden_texts(golden) if isinstance(golden, Path) else list(golden)
    known = chain(
        ((row.lang, row.text) for row in chain(validation, prepared.read("train"))),
        # Of a language that is inherited, they are often all there is.
        ((item["lang"], item["text"]) for item in texts if item["lang"] in trained.inherited),
    )
    return export_bundle(
        trained,
        output,
        golden=texts,
        # Parity needs no unseen texts: training rows fill up where validation has too few.
        texts_by_language=_texts(known),
        labelled=labelled,
        reference=reference,
    )


def _largest_cell(rows: Iterable[LabelledMention]) -> int:
    """Return the rows of the language x task that has the most."""
    cells = Counter((row.lang, task) for row in rows for task in row.labels)
    return max(cells.values(), default=0)


def _texts(known: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return different texts of each language, from pairs of language and text."""
    texts: dict[str, dict[str, None]] = {}
    for lang, text in known:
        found = texts.setdefault(lang, {})
        if len(found) < _TEXTS:
            found[text] = None
    return {lang: list(items) for lang, items in texts.items()}
