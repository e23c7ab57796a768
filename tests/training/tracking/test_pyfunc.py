"""A bundle as an MLflow model: logged with its code, loaded with the light runtime alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

mlflow = pytest.importorskip("mlflow")

import pandas as pd
from mentionlens import MentionClassifier
from mentionlens_training.tracking import log_pyfunc
from tiny_bundle import COMMITTED

TEXTS = ["Paczka nie przyszła.", None, "", "Gracias!"]
LANGUAGES = ["pl", "pl", None, "hu"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The tiny bundle, logged to MLflow's default store in an empty working directory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.chdir(tmp_path_factory.mktemp("store"))
        yield log_pyfunc(COMMITTED)


def test_the_answers_are_those_of_the_classifier_in_its_order(model: Any) -> None:
    table = pd.DataFrame({"text": TEXTS, "lang": LANGUAGES, "id": range(4)}, list("abcd"))
    found = mlflow.pyfunc.load_model(model.model_uri).predict(table)
    assert list(found.index) == list("abcd")
    assert list(found.columns) == model.signature.outputs.input_names()
    classifier = MentionClassifier(COMMITTED)
    for row, text, lang in zip(found.to_dict("records"), TEXTS, LANGUAGES, strict=True):
        if text is None:
            assert (row["sentiment"], row["flags"]) == ("", "no_text")
            assert pd.isna(row["sentiment_score"])
            continue
        answer = classifier.predict({"text": text, "lang": lang})
        assert row["flags"] == " ".join(answer.flags)
        for task, prediction in answer.tasks.items():
            assert row[task] == prediction.label
            assert row[f"{task}_score"] == pytest.approx(prediction.score, abs=0.02)


def test_a_column_of_languages_is_not_needed(model: Any) -> None:
    found = mlflow.pyfunc.load_model(model.model_uri).predict(pd.DataFrame({"text": ["Gracias!"]}))
    assert found["sentiment"].tolist() == [
        MentionClassifier(COMMITTED).predict("Gracias!").sentiment.label
    ]


def test_a_table_without_texts_is_refused_by_the_signature(model: Any) -> None:
    loaded = mlflow.pyfunc.load_model(model.model_uri)
    with pytest.raises(mlflow.MlflowException, match="text"):
        loaded.predict(pd.DataFrame({"body": ["Gracias!"]}))


def test_what_is_logged_names_the_bundle_and_holds_no_pickle(model: Any, tmp_path: Path) -> None:
    folder = Path(mlflow.artifacts.download_artifacts(model.model_uri, dst_path=str(tmp_path)))
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert {"pyfunc_model.py", "model.onnx", "tokenizer.json", "input_example.json"} <= names
    assert not [name for name in names if name.endswith((".pkl", ".pickle"))]
    assert model.metadata["bundle"] == "tiny 1"


@pytest.mark.slow
def test_the_model_loads_without_the_training_package(model: Any, tmp_path: Path) -> None:
    folder = mlflow.artifacts.download_artifacts(model.model_uri, dst_path=str(tmp_path))
    program = (
        "import sys; sys.modules |= dict.fromkeys(['mentionlens_training', 'torch'])\n"
        "import mlflow, pandas\n"
        "model = mlflow.pyfunc.load_model(sys.argv[1])\n"
        "print(*model.predict(pandas.DataFrame({'text': ['Gracias!']}))['sentiment'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    wanted = MentionClassifier(COMMITTED).predict("Gracias!").sentiment.label
    assert done.stdout.split() == [wanted]
