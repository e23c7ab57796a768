"""What a run's folder says of the training, finished or stopped in the middle."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mentionlens_training.tracking.errors import TrackingError

__all__ = ["RunRecord", "is_run", "read_run"]

_RUN = "run.json"
_TRAINED = Path("trained") / "trained.json"
_FORGETTING, _TRIALS = "forgetting.json", "trials.json"


@dataclass(frozen=True)
class RunRecord:
    """A training run, read from its folder.

    Attributes:
        folder: of the run.
        config: the whole configuration of the run.
        fingerprint: of the prepared set.
        provenance: base encoder, data, corpora with licences; empty until it is trained.
        languages: ISO 639-1 codes; empty until it is trained.
        temperatures: task to temperature; empty until it is trained.
        log: the trainer's entries, stage by stage: a `step` within the stage, and figures. Of a
            stopped stage, as far as its last checkpoint.
        finished: whether the model is trained.
    """

    folder: Path
    config: Mapping[str, Any]
    fingerprint: str
    provenance: Mapping[str, Any] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    temperatures: Mapping[str, float] = field(default_factory=dict)
    log: tuple[Mapping[str, Any], ...] = ()
    finished: bool = False

    @property
    def records(self) -> list[Path]:
        """The files of the folder that say what the run is, what it forgot, and what was tried."""
        names = (_RUN, _FORGETTING, _TRIALS)
        return [path for name in names if (path := self.folder / name).is_file()]

    @property
    def trials(self) -> list[Mapping[str, Any]]:
        """The trials that the run is the best of, as `trials.json` has them; none without a search.

        Raises:
            TrackingError: the file is damaged.
        """
        path = self.folder / _TRIALS
        return list(_read(path).get("trials", ())) if path.is_file() else []

    @property
    def title(self) -> str:
        """Name and version of the model, and the seed."""
        config = self.config
        return f"{config.get('name')} {config.get('version')} seed {config.get('seed')}"


def is_run(folder: Path) -> bool:
    """Tell whether a folder is that of a training run, finished or not."""
    return (folder / _RUN).is_file()


def read_run(folder: Path) -> RunRecord:
    """Read the folder of a run.

    Raises:
        TrackingError: it is none, or a file of it is damaged.
    """
    if not is_run(folder):
        raise TrackingError(f"{folder}: no {_RUN}; give the folder of `mentionlens train --run`")
    claim = _read(folder / _RUN)
    config, fingerprint = claim.get("config"), claim.get("data")
    if not isinstance(config, dict) or not isinstance(fingerprint, str):
        raise TrackingError(f"{folder / _RUN}: it names no configuration and data fingerprint")
    if not (folder / _TRAINED).is_file():
        log = tuple(_log_so_far(folder, config))
        return RunRecord(folder, config, fingerprint, log=log)
    trained = _read(folder / _TRAINED)
    return RunRecord(
        folder,
        # As the bundle has it: a later release may have added fields to a run that it went on with.
        trained.get("config", config),
        fingerprint,
        provenance=trained.get("provenance", {}),
        languages=tuple(trained.get("languages", ())),
        temperatures=trained.get("temperatures", {}),
        log=tuple(trained.get("log", ())),
        finished=True,
    )


def _log_so_far(folder: Path, config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of finished stages, and of the last checkpoint of the one that is not."""
    for stage in config.get("stages", ()):
        name = str(stage["name"])
        done = folder / name / "log.json"
        if done.is_file():
            yield from _read_list(done)
            continue
        checkpoints = (folder / name / "checkpoints").glob("checkpoint-*/trainer_state.json")
        newest = max(checkpoints, key=_steps, default=None)
        if newest is not None:
            for entry in _read(newest).get("log_history", ()):
                yield {"stage": name, **entry}


def _steps(state: Path) -> int:
    number = state.parent.name.rpartition("-")[2]
    return int(number) if number.isdigit() else -1


def _read(path: Path) -> dict[str, Any]:
    found = _json(path)
    if not isinstance(found, dict):
        raise TrackingError(f"{path}: not an object of JSON; the file is damaged")
    return found


def _read_list(path: Path) -> list[dict[str, Any]]:
    found = _json(path)
    if not isinstance(found, list):
        raise TrackingError(f"{path}: not a list of JSON; the file is damaged")
    return found


def _json(path: Path) -> Any:  # noqa: ANN401 - JSON is untyped
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrackingError(f"{path}: cannot be read: {error}") from error
