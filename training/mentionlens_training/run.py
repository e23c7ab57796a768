"""One training run: prepared rows in, a trained model out."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mentionlens_data.languages import target_languages
from mentionlens_data.prepared import PreparedSet, open_prepared
from mentionlens_data.schema import LabelledMention
from transformers import set_seed

from mentionlens_training.calibration import (
    balanced_weights,
    fit_language_temperatures,
    fit_temperature,
)
from mentionlens_training.config import RunConfig, RunConfigError, check_run_config
from mentionlens_training.dataset import NO_LABEL, TextPreparer, build_dataset
from mentionlens_training.encoder.cut import cut_vocabulary, report_cut, save_encoder
from mentionlens_training.encoder.resolver import Encoder, resolve_encoder
from mentionlens_training.init import Init, open_init
from mentionlens_training.logits import predict_logits
from mentionlens_training.model import MultiTaskClassifier
from mentionlens_training.progress import Watch, say
from mentionlens_training.sampling import draw_epoch, some_of_each_cell
from mentionlens_training.stage import train_stage
from mentionlens_training.trained import TrainedModel, save_trained

__all__ = [
    "claim_folder",
    "data_provenance",
    "fit_temperatures",
    "prepare_encoder",
    "sample_rows",
    "train",
]

# Texts of a language that the vocabulary report reads.
_REPORT_TEXTS = 200
_COUNT_TEXTS = 20_000
_BATCH_SIZE = 64


def train(
    data: Path,
    config: RunConfig,
    folder: Path,
    *,
    init: Path | None = None,
    base: Path | None = None,
    watch: Watch | None = None,
) -> TrainedModel:
    """Train on a prepared folder; everything of the run goes to `folder`, which it resumes from.

    The folder gets the cut encoder (`base/`), the ids of the drawn rows (`training_ids.txt`), a
    folder a stage with its checkpoints and weights, and the trained model (`trained/`).

    Args:
        data: a prepared set.
        config: of the run.
        folder: of the run.
        init: folder of another run, whose trained model this one goes on from: its encoder and
            vocabulary instead of the base encoder's, its heads for the tasks that both have. The
            rows that it was trained on count as rows of this run.
        base: folder of the cut encoder, where runs that cut it alike share it; None: `base/`
            within the run's own.
        watch: told the validation figures; what it raises ends the run.

    Raises:
        RunConfigError: the folder holds a run of another configuration or of other data, or the
            configuration has no stages.
        TrainedModelError: `init` is not a finished run, or was trained on rows that `data` holds
            back for validation or test.
        PreparedSetError: `data` is no prepared set.
        EncoderNotFoundError: the base encoder is not to be had.
        VocabularyCutError: the cut moves the answers of a language that the model claims too far.
    """
    if not config.stages:
        raise RunConfigError("[heads] alone is for `mentionlens train --depth heads`")
    prepared = open_prepared(data)
    folder.mkdir(parents=True, exist_ok=True)
    start = open_init(init) if init is not None else None
    claim_folder(folder, config, prepared, start)
    # Before anything is drawn: the heads start from random weights.
    set_seed(config.seed)
    tasks = prepared.tasks
    rows = list(prepared.read("train"))
    validation = list(prepared.read("validation"))
    if start is None:
        encoder = prepare_encoder(config, rows, validation, base or folder / "base")
    else:
        start.check_held_back(prepared)
        encoder = start.encoder
    preparer = TextPreparer(encoder.tokenizer, config.text)

    epochs = [draw_epoch(rows, stage.sampling, config.seed) for stage in config.stages]
    drawn = sorted(
        {rows[i].id for order in epochs for i in order} | (start.training_ids if start else set())
    )
    (folder / "training_ids.txt").write_text("\n".join(drawn) + "\n", encoding="utf-8")
    say(f"{sum(map(len, epochs))} rows drawn, {len(drawn)} different, of {len(rows)}")

    model = MultiTaskClassifier(encoder.model, tasks)
    if start is not None:
        start.load_heads(model)
    pad_id = encoder.model.config.pad_token_id or 0
    log = []
    for stage, order in zip(config.stages, epochs, strict=True):
        say(f"stage {stage.name}: {len(order)} rows")
        sample = sample_rows(validation, stage.optimization.evaluation_rows, config.seed)
        log += train_stage(
            model,
            [rows[i] for i in order],
            sample,
            stage,
            config,
            preparer=preparer,
            folder=folder / stage.name,
            pad_id=pad_id,
            watch=watch,
        )
    model.eval()
    say("fitting temperatures on the validation rows")
    temperatures, by_language = fit_temperatures(model, validation, preparer, config, pad_id)
    trained = TrainedModel(
        model,
        encoder.tokenizer,
        temperatures,
        config,
        _claimed_languages(rows, config),
        {
            "encoder": encoder.provenance,
            "data": data_provenance(prepared, drawn, start),
            **({"init": start.provenance} if start else {}),
        },
        log,
        language_temperatures=by_language,
    )
    save_trained(trained, folder / "trained")
    return trained


def _claimed_languages(rows: Sequence[LabelledMention], config: RunConfig) -> tuple[str, ...]:
    counts = Counter(row.lang for row in rows)
    return tuple(x.code for x in target_languages() if counts[x.code] >= config.least_rows)


def claim_folder(
    folder: Path, config: RunConfig, prepared: PreparedSet, start: Init | None
) -> None:
    """Write down what the run is, or check that it is the same run that goes on.

    Raises:
        RunConfigError: the folder holds a run of another configuration or of other data.
    """
    record = {"config": config.model_dump(mode="json"), "data": prepared.fingerprint}
    if start is not None:
        record["init"] = start.provenance
    path = folder / "run.json"
    if not path.is_file():
        path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        return
    found = json.loads(path.read_text(encoding="utf-8"))
    # A release may know more fields than the one that began the run; their defaults change nothing.
    found["config"] = check_run_config(found["config"], str(path)).model_dump(mode="json")
    names = {"config": "configuration", "data": "data", "init": "model to go on from"}
    other = [name for key, name in names.items() if found.get(key) != record.get(key)]
    if other:
        raise RunConfigError(
            f"{path}: this folder holds a run of another {' and another '.join(other)}; "
            f"name another folder, or remove this one to start again"
        )


def prepare_encoder(
    config: RunConfig,
    rows: Sequence[LabelledMention],
    validation: Sequence[LabelledMention],
    folder: Path,
) -> Encoder:
    """Return the encoder of the run, with its vocabulary cut where the configuration says so.

    The cut encoder and the report on the cut are kept in `folder` and read from there next time.

    Args:
        config: of the run.
        rows: their texts decide which pieces stay.
        validation: their texts show what the cut costs.
        folder: of the cut encoder.

    Raises:
        VocabularyCutError: the cut moves the answers of a language that the model claims too far.
    """
    if (folder / "encoder.json").is_file():
        record = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        encoder = resolve_encoder(str(folder))
        return Encoder(encoder.model, encoder.tokenizer, record["provenance"])
    whole = resolve_encoder(config.encoder.name)
    if config.encoder.vocabulary is None:
        save_encoder(whole, folder)
        return whole
    say(f"cutting the vocabulary to {config.encoder.vocabulary} pieces")
    preparer = TextPreparer(whole.tokenizer, config.text)
    languages = target_languages()
    codes = {language.code for language in languages}
    counted = _texts_by_language(rows, codes, preparer, _COUNT_TEXTS)
    cut = cut_vocabulary(whole, counted, languages, config.encoder.vocabulary)
    claimed = set(_claimed_languages(rows, config))
    unseen = _texts_by_language(validation or rows, claimed, preparer, _REPORT_TEXTS)
    report = report_cut(whole, cut, unseen)
    report.check(config.encoder.least_cosine)
    save_encoder(cut, folder, report)
    return cut


def data_provenance(
    prepared: PreparedSet, drawn: Sequence[str], start: Init | None = None
) -> dict[str, Any]:
    """Name every corpus that the model saw, its licence and how many of its rows.

    Args:
        prepared: the set of this run.
        drawn: ids of the rows that the model was trained on.
        start: the model that the run went on from, whose corpora count too.
    """
    rows = Counter(id_.split("/", 1)[0] for id_ in drawn)
    facts = ("title", "licence", "policy", "address", "revision", "citation")
    corpora: dict[str, dict[str, Any]] = {
        name: {fact: corpus[fact] for fact in facts if fact in corpus} | {"rows": rows[name]}
        for name, corpus in prepared.manifest["corpora"].items()
        if rows[name]
    }
    earlier = start.trained.provenance.get("data", {}).get("corpora", {}) if start else {}
    for name, corpus in earlier.items():
        # Rows of a corpus that both saw are, for the most part, the same ones.
        seen = max(corpora.get(name, corpus).get("rows", 0), corpus.get("rows", 0))
        corpora[name] = corpora.get(name, corpus) | {"rows": seen}
    return {
        "fingerprint": prepared.fingerprint,
        "policy": prepared.manifest["policy"],
        "rows": max(len(drawn), sum(corpus["rows"] for corpus in corpora.values())),
        "corpora": corpora,
    }


def _texts_by_language(
    rows: Sequence[LabelledMention], codes: set[str], preparer: TextPreparer, most: int
) -> dict[str, list[str]]:
    """Return up to `most` texts of each language, as they enter the tokenizer."""
    by_language: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.lang in codes:
            by_language[row.lang].append(row.text)
    generator = random.Random(0)
    return {
        code: [preparer.text(text) for text in generator.sample(raw, min(len(raw), most))]
        for code, raw in by_language.items()
    }


def sample_rows(
    validation: Sequence[LabelledMention], count: int, seed: int
) -> list[LabelledMention]:
    """Return a random part of the rows, `count` at most."""
    return random.Random(seed).sample(list(validation), min(len(validation), count))


def fit_temperatures(
    model: MultiTaskClassifier,
    rows: Sequence[LabelledMention],
    preparer: TextPreparer,
    config: RunConfig,
    pad_id: int,
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Fit temperatures on validation rows.

    Returns:
        Task to temperature, where every language counts the same; and task to the temperatures of
        the languages that have rows enough for their own.
    """
    if not rows:
        return {task.name: 1.0 for task in model.tasks}, {}
    rows = some_of_each_cell(rows, config.calibration.rows, config.seed)
    dataset = build_dataset(rows, model.tasks, preparer)
    logits = predict_logits(model, dataset, pad_id, _BATCH_SIZE)
    labels = np.array(list(dataset["labels"]))
    langs = np.array([row.lang for row in rows])
    temperatures: dict[str, float] = {}
    by_language: dict[str, dict[str, float]] = {}
    for column, task in enumerate(model.tasks):
        known = labels[:, column] != NO_LABEL
        if not known.any():
            temperatures[task.name] = 1.0
            continue
        found = logits[task.name][known], labels[known, column]
        overall = fit_temperature(*found, balanced_weights(langs[known]))
        temperatures[task.name] = overall
        by_language[task.name] = fit_language_temperatures(*found, langs[known].tolist(), overall)
    return temperatures, by_language
