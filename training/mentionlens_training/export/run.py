"""Exports the model of a training run: reads what the gate needs, then hands over."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from mentionlens.manifest import Manifest
from mentionlens_data.prepared import open_prepared
from mentionlens_data.schema import LabelledMention

from mentionlens_training.export.bundle_writer import read_golden_texts
from mentionlens_training.export.pipeline import export_bundle
from mentionlens_training.sampling import some_of_each_cell
from mentionlens_training.trained import load_trained

__all__ = ["export_run"]

# Texts of a language that the gate compares.
_TEXTS = 200


def export_run(
    run: Path, data: Path, golden: Path, output: Path, *, reference: Path | None = None
) -> Manifest:
    """Export `run/trained` to a bundle at `output`.

    Args:
        run: folder of the training run.
        data: prepared set whose validation rows the gate reads.
        golden: JSON Lines with `id`, `lang` and `text`.
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
    return export_bundle(
        trained,
        output,
        golden=read_golden_texts(golden),
        # Parity needs no unseen texts: training rows fill up where validation has too few.
        texts_by_language=_texts(chain(validation, prepared.read("train"))),
        labelled=some_of_each_cell(
            validation, trained.config.gate.labelled_rows, trained.config.seed
        ),
        reference=reference,
    )


def _texts(rows: Iterable[LabelledMention]) -> dict[str, list[str]]:
    """Return different texts of each language."""
    texts: dict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        if len(texts[row.lang]) < _TEXTS:
            texts[row.lang][row.text] = None
    return {lang: list(items) for lang, items in texts.items()}
