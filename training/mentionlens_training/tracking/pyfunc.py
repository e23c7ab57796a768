"""A bundle logged as an MLflow pyfunc, with its code beside it instead of a pickle."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from mentionlens import MentionClassifier
from mentionlens_data.scoring.answers import AnswerColumns

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.models import ModelSignature
    from mlflow.models.model import ModelInfo

__all__ = ["log_pyfunc", "signature_of"]

_CODE = Path(__file__).with_name("pyfunc_model.py")
_EXAMPLE = [
    {"text": "Paczka miała być w piątek, jest środa i cisza.", "lang": "pl"},
    {"text": "Mulțumesc, livrarea a fost rapidă!", "lang": None},
]


def log_pyfunc(
    bundle: str | os.PathLike[str] | None = None,
    *,
    name: str = "mentionlens",
    registered_model_name: str | None = None,
) -> ModelInfo:
    """Log a bundle to the MLflow run that is active, or to a new one.

    The bundle is stored as an artefact, the code as a file (models from code); what is named as
    needed is the light runtime and MLflow, in the versions that are installed here.

    Args:
        bundle: folder of a bundle; None takes the one that is installed with mentionlens.
        name: of the logged model.
        registered_model_name: a name of the model registry to put it under, too.

    Returns:
        What MLflow says of the logged model; `model_uri` is what `mlflow.pyfunc.spark_udf` and
        `mlflow.pyfunc.load_model` take.

    Raises:
        BundleError: the bundle cannot be used.
        MlflowException: the store refuses it.
    """
    import mlflow
    import pandas

    classifier = MentionClassifier(bundle)
    requirements = [f"{package}=={version(package)}" for package in ("mentionlens", "mlflow")]
    example: pd.DataFrame = pandas.DataFrame(_EXAMPLE)
    return mlflow.pyfunc.log_model(
        name=name,
        python_model=str(_CODE),
        artifacts={"bundle": str(classifier.bundle.path)},
        signature=signature_of(classifier),
        input_example=example,
        # Named, since MLflow would otherwise load the model to find out what it imports.
        pip_requirements=[*requirements, f"pandas=={version('pandas')}"],
        metadata={
            "bundle": f"{classifier.manifest.name} {classifier.manifest.version}",
            "languages": list(classifier.manifest.languages),
        },
        registered_model_name=registered_model_name,
    )


def signature_of(classifier: MentionClassifier) -> ModelSignature:
    """Return the columns of a bundle's model, in and out.

    In: `text`, and `lang` where it is there; MLflow leaves other columns, such as an id, aside.
    Out: the columns that `mentionlens score` adds to a table.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema

    answers = AnswerColumns(classifier.manifest.tasks, "", probabilities=False)
    numbers = answers.numbers_by_task()
    return ModelSignature(
        inputs=Schema(
            [
                ColSpec(DataType.string, "text"),
                ColSpec(DataType.string, "lang", required=False),
            ]
        ),
        outputs=Schema(
            [
                ColSpec(DataType.double if numbers.get(name) else DataType.string, name)
                for name in answers.names(table=True)
            ]
        ),
    )
