"""The service follows an alias of MLflow's registry: a real store, a real service."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

mlflow = pytest.importorskip("mlflow")
pytest.importorskip("mentionlens_training.promotion", exc_type=ImportError)

from gated_bundles import gated_bundle, write_rows
from mentionlens_training.promotion import Registry, promote, roll_back
from mentionlens_training.promotion.contest import Rows
from mlflow_store import use_new_store

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The database of a store that the tests and their services share."""
    folder = tmp_path_factory.mktemp("mlflow")
    with pytest.MonkeyPatch.context() as patch:
        use_new_store(folder, patch)
        yield folder / "mlflow.db"


@contextlib.contextmanager
def away(store: Path) -> Iterator[None]:
    """Make the store unreadable for a while."""
    content = store.read_bytes()
    store.write_bytes(b"no database at this moment" + bytes(len(content)))
    try:
        yield
    finally:
        store.write_bytes(content)


@pytest.fixture
def registry(store: Path, request: pytest.FixtureRequest, tmp_path: Path) -> Registry:
    """The registered model of the test, whose champion is version 1."""
    found = Registry(request.node.name)
    assert promote(str(gated_bundle(tmp_path / "first", "1")), found).passed
    return found


def challenge(registry: Registry, folder: Path, version: str, champion: Path) -> None:
    """Promote another bundle of the same answers."""
    rows = write_rows(folder / "rows.jsonl", {"pl": champion, "ro": champion}, rows=60)
    bundle = gated_bundle(folder / f"bundle-{version}", version)
    assert promote(str(bundle), registry, Rows([rows])).passed


def follow(registry: Registry, cache: Path, **options: str) -> list[str]:
    """The arguments of a service that follows the champion."""
    words = ["--model", f"models:/{registry.name}@champion", "--cache", str(cache)]
    words += ["--watch", options.get("watch", "0.3"), "--drain", "0"]
    return words


@pytest.fixture
def serve(start: Callable[..., Any]) -> Callable[..., Any]:
    """Start services that take their bundle from where the arguments say."""
    return lambda *arguments: start(*arguments, bundle=None, seconds=240)


def version_of(server: Any) -> str:
    """The version that an answer to a mention names."""
    status, answer = server.post("/v1/predict", {"mentions": ["nie"]})
    assert status == 200
    return str(answer["model"]["version"])


def test_a_promotion_and_a_rollback_change_what_answers(
    registry: Registry, serve: Callable[..., Any], tmp_path: Path
) -> None:
    server = serve(*follow(registry, tmp_path / "cache"))
    assert version_of(server) == "1"
    challenge(registry, tmp_path, "2", tmp_path / "first")
    server.until(lambda: version_of(server) == "2", 120)
    assert server.get("/v1/model")[1]["version"] == "2"
    roll_back(registry)
    server.until(lambda: version_of(server) == "1", 120)
    assert f"models:/{registry.name}@champion is version 2" in server.log
    assert server.metric('mentionlens_reloads_total{outcome="refused"}') == 0
    # Both are kept, for the next rollback; nothing half fetched is left.
    (folder,) = (tmp_path / "cache").iterdir()
    assert {path.name for path in folder.iterdir()} == {"1", "2", "champion.json"}


def test_a_broken_artefact_is_refused_and_the_old_one_goes_on(
    registry: Registry, serve: Callable[..., Any], tmp_path: Path
) -> None:
    server = serve(*follow(registry, tmp_path / "cache"))
    # Not by promotion, which would not let it pass: somebody moves the alias by hand.
    broken = gated_bundle(tmp_path / "broken", "2")
    (broken / "model.onnx").write_bytes(b"half a graph")
    artefacts = log_by_hand(registry, broken, tmp_path / "model")
    server.until(lambda: "refused: " in server.log, 120)
    assert "sha256 is" in server.log
    assert "version 1 goes on" in server.log
    assert version_of(server) == "1"
    assert server.metric('mentionlens_reloads_total{outcome="refused"}') == 1
    time.sleep(1)
    # It is not fetched again at every look, but when somebody asks.
    assert server.log.count("refused: ") == 1
    graph = (tmp_path / "first" / "model.onnx").read_bytes()
    artefacts(graph)
    server.process.send_signal(signal.SIGHUP)
    server.until(lambda: version_of(server) == "2", 120)


def test_without_the_registry_the_old_one_goes_on_and_a_new_service_starts_with_it(
    store: Path, registry: Registry, serve: Callable[..., Any], tmp_path: Path
) -> None:
    words = follow(registry, tmp_path / "cache")
    server = serve(*words)
    with away(store):
        server.until(lambda: "the registry cannot be asked" in server.log, 120)
        assert "version 1 goes on" in server.log
        assert version_of(server) == "1"
        second = serve(*words)
        assert "version 1, fetched before, goes on" in second.log
        assert version_of(second) == "1"
        # Without anything from before, there is nothing to start with.
        command = [sys.executable, "-m", "mentionlens", "serve", "--port", "0"]
        third = subprocess.run(
            [*command, *follow(registry, tmp_path / "empty")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert third.returncode == 1
        assert "holds no version of it from before" in third.stderr
        assert server.log.count("the registry cannot be asked") == 1
    server.until(lambda: "the registry answers again" in server.log, 120)
    challenge(registry, tmp_path, "2", tmp_path / "first")
    for each in (server, second):
        each.until(lambda each=each: version_of(each) == "2", 120)


def test_with_no_watch_it_looks_when_it_is_told_to(
    registry: Registry, serve: Callable[..., Any], tmp_path: Path
) -> None:
    server = serve(*follow(registry, tmp_path / "cache", watch="0"))
    challenge(registry, tmp_path, "2", tmp_path / "first")
    time.sleep(1)
    assert version_of(server) == "1"
    server.process.send_signal(signal.SIGHUP)
    server.until(lambda: version_of(server) == "2", 120)


def log_by_hand(registry: Registry, bundle: Path, folder: Path) -> Callable[[bytes], None]:
    """Register files that are no whole bundle; return what puts another graph among them."""
    client = mlflow.MlflowClient()
    run = client.create_run(client.create_experiment("by hand"))
    client.log_artifacts(run.info.run_id, str(bundle), "model/artifacts/bundle")
    source = f"{run.info.artifact_uri}/model"
    version = client.create_model_version(registry.name, source, run.info.run_id)
    client.set_registered_model_alias(registry.name, "champion", version.version)

    def repair(graph: bytes) -> None:
        folder.mkdir()
        (folder / "model.onnx").write_bytes(graph)
        client.log_artifacts(run.info.run_id, str(folder), "model/artifacts/bundle")

    return repair
