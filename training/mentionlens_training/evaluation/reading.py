"""Reads and writes `evaluation.json`; older schema versions are brought up to the current one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from mentionlens_data.atomic import written_atomically
from pydantic import BaseModel, ValidationError

from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.schema import SCHEMA_VERSION, Evaluation
from mentionlens_training.evaluation.version_1 import EvaluationV1, upgraded

__all__ = ["EVALUATION_FILE", "evaluation_from_dict", "read_evaluation", "write_evaluation"]

EVALUATION_FILE = "evaluation.json"
_HOW = "expected the evaluation.json that `mentionlens evaluate` writes, or a folder that holds it"

_Model = TypeVar("_Model", bound=BaseModel)


def read_evaluation(path: Path) -> Evaluation:
    """Read an evaluation of any schema version that is supported.

    Args:
        path: the file, or a folder that holds `evaluation.json`, such as a bundle.

    Raises:
        EvaluationError: there is no such file, it is no JSON, no evaluation, or one that a newer
            mentionlens wrote; the message names the file and the field.
    """
    file = path / EVALUATION_FILE if path.is_dir() else path
    try:
        record = json.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise EvaluationError(f"{file}: no such file; {_HOW}") from error
    except OSError as error:
        raise EvaluationError(f"{file}: cannot be read ({error.strerror})") from error
    except json.JSONDecodeError as error:
        raise EvaluationError(f"{file}, line {error.lineno}: not JSON ({error.msg})") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, an endless number, or too deep
        raise EvaluationError(f"{file}: not JSON ({error})") from error
    try:
        return evaluation_from_dict(record)
    except EvaluationError as error:
        raise EvaluationError(f"{file}: {error}") from error


def evaluation_from_dict(record: object) -> Evaluation:
    """Return the typed form of the content of `evaluation.json`.

    Raises:
        EvaluationError: it is no evaluation, a field is wrong, or it is newer than this version.
    """
    # A manifest has a schema version, too: what only an evaluation has must be there as well.
    if not isinstance(record, Mapping) or not {"schema_version", "bundle", "data"} <= set(record):
        raise EvaluationError(f"no evaluation; {_HOW}")
    version = record["schema_version"]
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise EvaluationError(f"schema_version: {version!r} is no version of an evaluation")
    if version > SCHEMA_VERSION:
        raise EvaluationError(
            f"schema_version: {version} was written by a newer mentionlens, this one reads up to "
            f"{SCHEMA_VERSION}; update mentionlens"
        )
    if version == 1:
        return upgraded(_checked(EvaluationV1, record))
    return _checked(Evaluation, record)


def write_evaluation(evaluation: Evaluation, path: Path) -> None:
    """Write `evaluation.json`; a file that is there is replaced only by a whole one.

    The fields stand in the order of the schema, so that equal evaluations are equal files.
    """
    text = json.dumps(evaluation.model_dump(mode="json"), ensure_ascii=False, indent=1)
    # A lone surrogate is no UTF-8, but its escape is JSON.
    with written_atomically(path, errors="backslashreplace") as file:
        file.write(text + "\n")


def _checked(model: type[_Model], record: Mapping[str, Any]) -> _Model:
    try:
        return model.model_validate(record)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise EvaluationError(f"{_field(first['loc'])}: {first['msg']}{more}") from error


def _field(location: tuple[int | str, ...]) -> str:
    """Write `("cells", 3, "macro_f1")` as `cells[3].macro_f1`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return "".join(parts).lstrip(".")
