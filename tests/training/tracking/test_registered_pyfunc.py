"""The registered bundle where MLflow runs it: its own model server, and Spark."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

mlflow = pytest.importorskip("mlflow")
pytest.importorskip("sklearn")

from gated_bundles import gated_bundle
from mentionlens import MentionClassifier
from mentionlens_training.promotion import Registry, promote

ROWS = [
    ("Paczka nie przyszła.", "pl"),
    ("Gracias!", None),
    ("", "ro"),
    ("Приложението пак не работи 😡", "bg"),
]


@pytest.fixture(scope="module")
def bundle(store: Path) -> Path:
    """A bundle that is version 1 of `served`, behind the alias `champion`."""
    folder = gated_bundle(store / "bundle", "1")
    assert promote(str(folder), Registry("served")).passed
    return folder


def check(rows: list[dict[str, Any]], bundle: Path) -> None:
    """Compare the rows that came back with the classifier's own answers."""
    classifier = MentionClassifier(bundle)
    assert len(rows) == len(ROWS)
    for row, (text, lang) in zip(rows, ROWS, strict=True):
        answer = classifier.predict({"text": text, "lang": lang})
        assert row["flags"] == " ".join(answer.flags)
        for task, prediction in answer.tasks.items():
            assert row[task] == prediction.label
            assert row[f"{task}_score"] == pytest.approx(prediction.score, abs=1e-4)


@pytest.fixture
def address(store: Path, bundle: Path, tmp_path: Path) -> Iterator[str]:
    """`mlflow models serve` of the alias, in processes of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve"]
    command += ["--model-uri", "models:/served@champion", "--env-manager", "local"]
    # MLflow starts `uvicorn` by its name.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--host", "127.0.0.1"],
            stdout=log,
            stderr=log,
            env={**os.environ, "PATH": path},
            start_new_session=True,
        )
    try:
        _wait(f"http://127.0.0.1:{port}/ping", process, tmp_path / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        # The server runs in a child; the session that was started for it ends as a whole.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                assert response.status == 200
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < end, log.read_text(encoding="utf-8")
            time.sleep(0.5)


@pytest.mark.slow
def test_mlflows_own_server_answers_as_the_classifier(address: str, bundle: Path) -> None:
    body = {"dataframe_split": {"columns": ["text", "lang"], "data": ROWS}}
    request = urllib.request.Request(
        f"{address}/invocations",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        found = json.loads(response.read())
    check(found["predictions"], bundle)


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None or shutil.which("java") is None,
    reason="needs pyspark and Java",
)
def test_spark_answers_as_the_classifier(
    store: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyspark.sql import SparkSession
    from pyspark.sql.functions import struct

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.driver.host", "localhost")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    try:
        model = mlflow.pyfunc.spark_udf(spark, "models:/served@champion", env_manager="local")
        numbered = [(number, *row) for number, row in enumerate(ROWS)]
        table = spark.createDataFrame(numbered, "id long, text string, lang string")
        answered = table.withColumn("answer", model(struct("text", "lang"))).orderBy("id").collect()
        check([row["answer"].asDict() for row in answered], bundle)
    finally:
        spark.stop()
