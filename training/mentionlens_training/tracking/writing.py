"""Writes training runs and bundles to MLflow; what is there already is not written twice."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mentionlens.bundle import MANIFEST_FILE, Bundle, sha256_file
from mentionlens_data.atomic import written_atomically

from mentionlens_training.tracking.curves import Point, curves
from mentionlens_training.tracking.errors import TrackingError
from mentionlens_training.tracking.facts import data_tags, flat_parameters, safe_key
from mentionlens_training.tracking.pyfunc import log_pyfunc
from mentionlens_training.tracking.run_folder import RunRecord, read_run
from mentionlens_training.tracking.store import (
    DEFAULT_EXPERIMENT,
    is_missing,
    open_store,
    store_errors,
)
from mentionlens_training.tracking.trials import write_trials

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from mentionlens_training.evaluation.schema import Evaluation

__all__ = ["BUNDLE_TAG", "Tracked", "bundle_identity", "track_bundle", "track_run"]

BUNDLE_TAG = "mentionlens.bundle"
"""Holds the identity of the bundle that a run made; on a registered version, that it holds."""

_NOTE = "mlflow.json"
_REPORT, _RECORDS = "report", "run"
_EVALUATION = "evaluation.json"
# What MLflow takes in one call.
_METRICS, _PARAMETERS = 1000, 100


@dataclass(frozen=True)
class Tracked:
    """Where MLflow keeps what was trained.

    Attributes:
        run_id: of the MLflow run.
        experiment: its name.
        model_uri: of the logged bundle, `models:/m-...`; None where no bundle was given.
    """

    run_id: str
    experiment: str
    model_uri: str | None


def bundle_identity(bundle: Path) -> str:
    """Return the digest of a bundle's manifest, which names the checksums of everything else."""
    return sha256_file(bundle / MANIFEST_FILE)


def track_run(
    folder: Path,
    *,
    experiment: str = DEFAULT_EXPERIMENT,
    bundle: Path | None = None,
    evaluation: Path | None = None,
    status: str | None = None,
) -> Tracked:
    """Write a training run to MLflow; a run that was stopped goes on in the same MLflow run.

    Which MLflow run that is stands in `mlflow.json` in the run's folder. Written are the
    configuration as parameters, data fingerprint and licences as tags, the trainer's log as
    curves, every trial of a search as a nested run, and where they are given the evaluation and
    the bundle, see `track_bundle`.

    Args:
        folder: of `mentionlens train --run`.
        experiment: of a new MLflow run; it is made where it is missing.
        bundle: what was exported from the run.
        evaluation: folder of `mentionlens evaluate`; None takes what the bundle records.
        status: of MLflow (`FAILED`, `KILLED`); None: finished, or killed where the model is not
            trained yet.

    Raises:
        MlflowMissingError: MLflow is not installed.
        TrackingError: the folder is no run, the bundle is another run's, or the store refuses it.
        BundleError: the bundle cannot be used.
        EvaluationError: the evaluation cannot be read.
    """
    client = open_store()
    record = read_run(folder)
    found = _checked(bundle, evaluation, record)
    with store_errors("does not take the run"):
        run_id = _run_of(client, record, experiment)
        _write_parameters(client, run_id, record.config)
        tags = data_tags(record.fingerprint, record.provenance)
        _write_tags(client, run_id, tags | _model_tags(record.languages, record.temperatures))
        _write_curves(client, run_id, list(curves(record.log)))
        for path in record.records:
            client.log_artifact(run_id, str(path), _RECORDS)
        write_trials(client, run_id, record.trials)
        tracked = _write_found(client, run_id, found)
        ended = status or ("FINISHED" if record.finished else "KILLED")
        client.set_terminated(run_id, ended)
    return tracked


def track_bundle(
    bundle: Path, *, experiment: str = DEFAULT_EXPERIMENT, evaluation: Path | None = None
) -> Tracked:
    """Write a bundle to MLflow: what its manifest records of the training, figures, and itself.

    The bundle is logged as a pyfunc, the report as HTML, Markdown and JSON, its figures as metrics
    (`mentionlens_training.tracking.figures`). A bundle that MLflow has already, because its run
    was tracked, goes on in the same MLflow run.

    Args:
        bundle: its folder.
        experiment: of a new MLflow run; it is made where it is missing.
        evaluation: folder of `mentionlens evaluate`; None takes what the bundle records.

    Raises:
        MlflowMissingError: MLflow is not installed.
        TrackingError: the evaluation is of another bundle, or the store refuses it.
        BundleError: the bundle cannot be used.
        EvaluationError: the evaluation cannot be read.
    """
    client = open_store()
    found = _checked(bundle, evaluation, None)
    manifest = Bundle.load(bundle).manifest
    provenance = manifest.provenance
    with store_errors("does not take the bundle"):
        run_id = _run_with(client, bundle_identity(bundle))
        if run_id is None:
            title = f"{manifest.name} {manifest.version}"
            run_id = _new_run(client, experiment, title)
            _write_parameters(client, run_id, provenance.get("config", {}))
            fingerprint = str(provenance.get("data", {}).get("fingerprint", "unknown"))
            temperatures = {task.name: task.temperature for task in manifest.tasks}
            tags = data_tags(fingerprint, provenance)
            _write_tags(client, run_id, tags | _model_tags(manifest.languages, temperatures))
        tracked = _write_found(client, run_id, found)
        client.set_terminated(run_id)
    return tracked


@dataclass(frozen=True)
class _Found:
    """What goes with a run: a bundle, and an evaluation with the folder it came from."""

    bundle: Path | None
    evaluation: Evaluation | None
    folder: Path | None


def _checked(bundle: Path | None, evaluation: Path | None, record: RunRecord | None) -> _Found:
    """Read what is to be written, and refuse what does not belong together."""
    from mentionlens_training.evaluation.reading import read_evaluation

    manifest = None if bundle is None else Bundle.load(bundle).manifest
    if manifest is not None and record is not None:
        made_with = manifest.provenance.get("config")
        if made_with != record.config:
            raise TrackingError(
                f"{bundle} was not exported from the run {record.folder}: their configurations "
                "differ; give the bundle of this run, or track the bundle alone"
            )
    if evaluation is None and bundle is not None and (bundle / _EVALUATION).is_file():
        evaluation = bundle
    if evaluation is None:
        return _Found(bundle, None, None)
    found = read_evaluation(evaluation)
    if manifest is not None and found.bundle.graph_sha256 != manifest.graph.sha256:
        raise TrackingError(
            f"{evaluation} is the evaluation of another bundle ({found.bundle.name} "
            f"{found.bundle.version}) than {bundle}; evaluate this one"
        )
    return _Found(bundle, found, evaluation if evaluation.is_dir() else evaluation.parent)


def _run_of(client: MlflowClient, record: RunRecord, experiment: str) -> str:
    """Return the MLflow run that a run's folder names for this store, or a new one."""
    import mlflow

    note = record.folder / _NOTE
    runs: dict[str, str] = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}
    # A digest, since the address of a store may hold a password.
    store = _digest(mlflow.get_tracking_uri())
    if store in runs and _is_there(client, runs[store]):
        return runs[store]
    run_id = _new_run(client, experiment, record.title)
    with written_atomically(note) as file:
        file.write(json.dumps(runs | {store: run_id}, indent=2) + "\n")
    return run_id


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _is_there(client: MlflowClient, run_id: str) -> bool:
    import mlflow

    try:
        return bool(client.get_run(run_id).info.lifecycle_stage == "active")
    except mlflow.MlflowException as error:
        if is_missing(error):
            return False
        raise


def _run_with(client: MlflowClient, identity: str) -> str | None:
    """Return the newest MLflow run that made a bundle, in whichever experiment."""
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    runs = client.search_runs(experiments, f"tags.`{BUNDLE_TAG}` = '{identity}'", max_results=1)
    return str(runs[0].info.run_id) if runs else None


def _new_run(client: MlflowClient, experiment: str, title: str) -> str:
    import mlflow

    found = client.get_experiment_by_name(experiment)
    if found is not None:
        number = found.experiment_id
    else:
        try:
            number = client.create_experiment(experiment)
        except mlflow.MlflowException:
            # Somebody else may have made it in this moment.
            found = client.get_experiment_by_name(experiment)
            if found is None:
                raise
            number = found.experiment_id
    return str(client.create_run(number, run_name=title).info.run_id)


def _write_parameters(client: MlflowClient, run_id: str, config: Mapping[str, Any]) -> None:
    from mlflow.entities import Param

    known = client.get_run(run_id).data.params
    new = [Param(k, v) for k, v in flat_parameters(config).items() if k not in known]
    for part in _parts(new, _PARAMETERS):
        client.log_batch(run_id, params=part)


def _write_tags(client: MlflowClient, run_id: str, tags: Mapping[str, str]) -> None:
    from mlflow.entities import RunTag

    for part in _parts([RunTag(key, value) for key, value in tags.items()], _PARAMETERS):
        client.log_batch(run_id, tags=part)


def _model_tags(languages: Iterable[str], temperatures: Mapping[str, float]) -> dict[str, str]:
    tags = {safe_key(f"temperature.{task}"): f"{value:.4g}" for task, value in temperatures.items()}
    codes = " ".join(languages)
    return tags | ({"languages": codes} if codes else {})


def _write_curves(client: MlflowClient, run_id: str, points: list[Point]) -> None:
    """Write the points whose step is not there yet."""
    known = {
        key: {metric.step for metric in client.get_metric_history(run_id, key)}
        for key in {point.key for point in points}
    }
    _write_metrics(client, run_id, [p for p in points if p.step not in known[p.key]])


def _write_metrics(client: MlflowClient, run_id: str, points: list[Point]) -> None:
    from mlflow.entities import Metric

    now = round(time.time() * 1000)
    metrics = [Metric(point.key, point.value, now, point.step) for point in points]
    for part in _parts(metrics, _METRICS):
        client.log_batch(run_id, metrics=part)


def _write_found(client: MlflowClient, run_id: str, found: _Found) -> Tracked:
    if found.evaluation is not None and found.folder is not None:
        from mentionlens_training.tracking.figures import figures

        known = client.get_run(run_id).data.metrics
        new = [Point(k, 0, v) for k, v in figures(found.evaluation).items() if known.get(k) != v]
        _write_metrics(client, run_id, new)
        with tempfile.TemporaryDirectory() as work:
            _collect_report(found.evaluation, found.folder, Path(work))
            client.log_artifacts(run_id, work, _REPORT)
    model_uri = None if found.bundle is None else _write_bundle(client, run_id, found.bundle)
    experiment = client.get_experiment(client.get_run(run_id).info.experiment_id)
    return Tracked(run_id, experiment.name, model_uri)


def _collect_report(evaluation: Evaluation, folder: Path, work: Path) -> None:
    """Bring pages, Markdown and JSON together; pages that are missing are rendered."""
    from mentionlens_training.evaluation.markdown import write_markdown
    from mentionlens_training.evaluation.reading import write_evaluation
    from mentionlens_training.evaluation.report import write_report

    write_evaluation(evaluation, work / _EVALUATION)
    if (folder / "index.html").is_file() and (folder / "evaluation.md").is_file():
        for path in sorted((*folder.glob("*.html"), *folder.glob("*.md"))):
            shutil.copyfile(path, work / path.name)
    else:
        write_report(evaluation, work)
        write_markdown(evaluation, work)


def _write_bundle(client: MlflowClient, run_id: str, bundle: Path) -> str:
    """Log the bundle as a model of the run, unless it is one already."""
    import mlflow

    identity = bundle_identity(bundle)
    run = client.get_run(run_id)
    models = run.outputs.model_outputs if run.outputs is not None else []
    if run.data.tags.get(BUNDLE_TAG) == identity and models:
        return f"models:/{models[-1].model_id}"
    # Nested, since whoever calls may have a run of their own open.
    with mlflow.start_run(run_id=run_id, nested=True):
        model = log_pyfunc(bundle)
    client.set_tag(run_id, BUNDLE_TAG, identity)
    return f"models:/{model.model_id}"


def _parts(items: list[Any], size: int) -> Iterable[list[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))
