"""A better bundle becomes the champion, a worse one does not, and there is a way back."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

mlflow = pytest.importorskip("mlflow")
pytest.importorskip("sklearn")

from gated_bundles import gated_bundle, write_rows
from mentionlens_training import cli
from mentionlens_training.promotion import PromotionError, Registry, Step, promote
from mentionlens_training.promotion import lock as locking
from mentionlens_training.promotion.errors import AliasMovedError
from mentionlens_training.tracking import track_bundle

Promote = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def bundles(store: Path) -> dict[str, Path]:
    """Bundles of equal and of other answers, and one that the gate does not speak for."""
    return {
        "first": gated_bundle(store / "first", "1"),
        "second": gated_bundle(store / "second", "2"),
        "third": gated_bundle(store / "third", "3"),
        "turned": gated_bundle(store / "turned", "4", turned=True),
        "ungated": gated_bundle(store / "ungated", "5", gate=False),
    }


@pytest.fixture(scope="module")
def rows(store: Path, bundles: dict[str, Path]) -> dict[str, Path]:
    """Rows that the equal bundles are right for, and rows where each is right in one language."""
    first, turned = bundles["first"], bundles["turned"]
    return {
        "first is right": write_rows(store / "first.jsonl", {"pl": first, "ro": first}),
        "turned is right": write_rows(store / "turned.jsonl", {"pl": turned, "ro": turned}),
        "one each": write_rows(store / "each.jsonl", {"pl": first, "ro": turned}),
        "few": write_rows(store / "few.jsonl", {"pl": first}, rows=20),
    }


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A registered model of the test's own."""
    return re.sub(r"\W+", "-", str(request.node.name))


@pytest.fixture
def call(store: Path, name: str, capsys: pytest.CaptureFixture[str]) -> Promote:
    """`mentionlens promote` on the test's own model: exit code, output, errors."""

    def run(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.promote([*map(str, words), "--registry-name", name])
        captured = capsys.readouterr()
        # The progress of answering rows is no part of what is tested here.
        errors = [line for line in captured.err.splitlines() if line.startswith("mentionlens")]
        return code, captured.out, "\n".join(errors)

    return run


def champion(name: str) -> int | None:
    found = Registry(name).champion()
    return None if found is None else found.number


def history(name: str) -> list[tuple[str, int | None, int]]:
    return [(step.action, step.before, step.version) for step in Registry(name).steps()]


def test_the_first_needs_the_gate_only_and_the_next_one_the_rows(
    call: Promote, name: str, bundles: dict[str, Path], rows: dict[str, Path]
) -> None:
    code, out, _ = call(bundles["first"])
    assert (code, champion(name)) == (0, 1)
    assert out.splitlines()[-1] == f"{name}@champion points to version 1 (tiny 1)"
    code, _, err = call(bundles["second"])
    assert (code, champion(name)) == (1, 1)
    assert "--data names the labelled rows" in err
    code, out, _ = call(bundles["second"], "--data", rows["first is right"])
    assert (code, champion(name)) == (0, 2)
    assert f"{name}@champion points to version 2 (tiny 2), before: version 1" in out
    (_, step) = Registry(name).steps()
    assert (step.number, step.before, step.version, step.margin) == (2, 1, 2, 1.0)
    assert step.figures is not None
    assert (step.figures.rows, step.figures.losses) == (240, {})
    assert step.figures.champion == step.figures.challenger == 1.0
    assert len(step.figures.data) == 64
    assert step.at.endswith("+00:00")


def test_a_worse_one_is_refused_with_the_cell_the_loss_and_what_to_do(
    call: Promote, name: str, tmp_path: Path, bundles: dict[str, Path], rows: dict[str, Path]
) -> None:
    call(bundles["first"])
    # What it wins in Romanian makes up for it on average, and does not excuse it.
    words = [bundles["turned"], "--data", rows["one each"], "-o", tmp_path / "comparison"]
    code, out, err = call(*words)
    assert (code, champion(name)) == (1, 1)
    *reasons, stays, advice = err.splitlines()
    refused = "mentionlens promote: refused: pl sentiment"
    assert any(line.startswith(f"{refused} loses 100.00 points of macro-F1") for line in reasons)
    assert any(line.startswith(f"{refused} has probabilities further") for line in reasons)
    assert "ro sentiment" not in err
    assert f"{name}@champion stays version 1" in stays
    assert str(tmp_path / "comparison") in advice
    assert "--margin POINTS" in advice
    assert (tmp_path / "comparison" / "comparison.html").is_file()
    (_, step) = Registry(name).steps()
    assert (step.action, step.before, step.version) == ("refused", 1, 2)
    assert step.figures is not None
    assert step.figures.losses == {"pl sentiment": 1.0}
    assert set(step.figures.brier_losses) >= {"pl sentiment"}
    # The whole comparison lies with the run of the challenger.
    client = mlflow.MlflowClient()
    run = client.get_model_version(name, "2").run_id
    kept = {item.path for item in client.list_artifacts(run, "promotion/champion-000002")}
    assert "promotion/champion-000002/comparison.json" in kept
    assert "mean macro-F1 over 4 languages and tasks" in out


def test_a_wider_margin_lets_the_same_challenger_pass(
    call: Promote, name: str, bundles: dict[str, Path], rows: dict[str, Path]
) -> None:
    call(bundles["first"])
    code, _, _ = call(bundles["turned"], "--data", rows["one each"], "--margin", 100)
    assert (code, champion(name)) == (0, 2)


def test_without_a_passed_gate_nothing_is_promoted_or_registered(
    call: Promote, name: str, bundles: dict[str, Path]
) -> None:
    code, _, err = call(bundles["ungated"])
    assert (code, champion(name)) == (1, None)
    assert "its manifest holds no record of a passed export gate" in err
    assert f"{name}@champion does not exist yet" in err
    assert Registry(name).versions() == []


def test_rows_that_show_nothing_are_not_enough(
    call: Promote, name: str, bundles: dict[str, Path], rows: dict[str, Path]
) -> None:
    call(bundles["first"])
    code, _, err = call(bundles["second"], "--data", rows["few"])
    assert (code, champion(name)) == (1, 1)
    assert "no language and task has 50 common rows" in err


def test_a_challenger_that_gives_up_a_task_is_refused(
    call: Promote,
    name: str,
    tmp_path: Path,
    bundles: dict[str, Path],
    rows: dict[str, Path],
) -> None:
    call(bundles["first"])
    poorer = gated_bundle(tmp_path / "poorer", "6")
    manifest = json.loads((poorer / "manifest.json").read_text(encoding="utf-8"))
    manifest["tasks"][1]["name"] = "provocation"
    (poorer / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    code, _, err = call(poorer, "--data", rows["first is right"])
    assert (code, champion(name)) == (1, 1)
    assert "refused: the challenger does not answer troll, which the champion does" in err


def test_a_dry_run_decides_and_leaves_everything(
    call: Promote, name: str, bundles: dict[str, Path], rows: dict[str, Path]
) -> None:
    code, out, _ = call(bundles["first"], "--dry-run")
    assert (code, Registry(name).versions()) == (0, [])
    assert f"dry run: {name}@champion would point to tiny 1" in out
    call(bundles["first"])
    words = [bundles["turned"], "--data"]
    assert call(*words, rows["first is right"], "--dry-run")[0] == 1
    assert call(*words, rows["turned is right"], "--dry-run")[0] == 0
    assert history(name) == [("promoted", None, 1)]
    assert len(Registry(name).versions()) == 1


def test_rollback_after_rollback_goes_further_back_and_ends(
    call: Promote, name: str, bundles: dict[str, Path], rows: dict[str, Path]
) -> None:
    data = ["--data", rows["first is right"]]
    call(bundles["first"])
    call(bundles["second"], *data)
    call(bundles["third"], *data)
    code, out, _ = call("--rollback", "--dry-run")
    assert (code, champion(name)) == (0, 3)
    assert "would go back from version 3 to version 2" in out
    code, out, _ = call("--rollback")
    assert (code, champion(name)) == (0, 2)
    assert out == f"{name}@champion went back from version 3 to version 2\n"
    assert (call("--rollback")[0], champion(name)) == (0, 1)
    code, _, err = call("--rollback")
    assert (code, champion(name)) == (1, 1)
    assert "no version before it is known" in err
    # By its number, without the bundle at hand; and back from there to where it came from.
    assert (call("3", *data)[0], champion(name)) == (0, 3)
    assert (call("--rollback")[0], champion(name)) == (0, 1)
    assert history(name) == [
        ("promoted", None, 1),
        ("promoted", 1, 2),
        ("promoted", 2, 3),
        ("rolled back", 3, 2),
        ("rolled back", 2, 1),
        ("promoted", 1, 3),
        ("rolled back", 3, 1),
    ]
    code, out, _ = call("--history")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split()[:3] == ["step", "when", "(UTC)"]
    assert "100.00 > 100.00" in lines[2]
    assert "rolled back  1" in lines[5]
    assert lines[-1] == f"{name}@champion is version 1"


def test_a_rollback_passes_over_what_was_deleted_and_knows_moves_by_hand(
    call: Promote, name: str, bundles: dict[str, Path], rows: dict[str, Path]
) -> None:
    data = ["--data", rows["first is right"]]
    call(bundles["first"])
    call(bundles["second"], *data)
    call(bundles["third"], *data)
    client = mlflow.MlflowClient()
    client.delete_model_version(name, "2")
    assert (call("--rollback")[0], champion(name)) == (0, 1)
    client.set_registered_model_alias(name, "champion", "3")
    assert (call("--rollback")[0], champion(name)) == (0, 1)


def test_a_challenger_may_be_named_by_its_run(
    call: Promote, name: str, bundles: dict[str, Path]
) -> None:
    run_id = track_bundle(bundles["third"]).run_id
    code, out, _ = call(run_id)
    assert (code, champion(name)) == (0, 1)
    assert "version 1 (tiny 3)" in out
    # The version is found again by its run, and by its bundle.
    for given in (run_id, bundles["third"]):
        code, out, _ = call(given)
        assert (code, out.splitlines()[0]) == (0, f"{name}@champion points to it already")
    assert len(Registry(name).versions()) == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("7", "has no version 7; there are: none"),
        ("0" * 32, "there is no MLflow run"),
        ("nowhere", "neither a bundle"),
    ],
)
def test_what_names_nothing_is_refused(call: Promote, given: str, message: str) -> None:
    code, _, err = call(given)
    assert code == 1
    assert message in err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--rollback", "--history"],
        ["1", "--rollback"],
        ["--history", "--data", "rows.jsonl"],
        ["1", "--margin", "-1"],
        ["1", "--margin", "much"],
    ],
)
def test_a_wrong_call_ends_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.promote(words)
    assert ended.value.code == 2


def test_without_mlflow_a_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    assert cli.promote(["--history"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("mentionlens promote needs the tracking extra: pip install")


def test_an_alias_that_moved_meanwhile_is_left_alone(
    store: Path, name: str, bundles: dict[str, Path]
) -> None:
    registry = Registry(name)
    promote(str(bundles["first"]), registry)
    before = registry.champion()
    mlflow.MlflowClient().create_model_version(name, str(bundles["first"]))
    mlflow.MlflowClient().set_registered_model_alias(name, "champion", "2")
    with registry.moving() as mover, pytest.raises(AliasMovedError, match="somebody else moved"):
        mover.expect(before)
    assert champion(name) == 2


@pytest.mark.parametrize("moved", [True, False])
def test_what_a_killed_promotion_left_half_done_is_settled(
    store: Path, name: str, bundles: dict[str, Path], moved: bool
) -> None:
    registry = Registry(name)
    promote(str(bundles["first"]), registry)
    client = mlflow.MlflowClient()
    client.create_model_version(name, str(bundles["first"]))
    # Killed right before, or right after the alias was moved.
    registry.write(Step(number=2, action="promoted", state="moving", at="now", before=1, version=2))
    if moved:
        client.set_registered_model_alias(name, "champion", "2")
    with registry.moving() as mover:
        found = [(step.number, step.state) for step in mover.steps]
        assert found == [(1, "done"), (2, "done")][: 1 + moved]
        assert mover.positions == [1, 2][: 1 + moved]


def test_one_at_a_time_and_a_lock_that_was_left_behind_is_taken(
    store: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = mlflow.MlflowClient()
    with locking.alias_lock(client, name, "champion") as check:
        check()
        with (
            pytest.raises(locking.AliasLockedError, match="another promotion has been moving"),
            locking.alias_lock(client, name, "champion", wait=0.3),
        ):
            pass
        monkeypatch.setattr(locking, "LEFT_BEHIND", 0.0)
        with locking.alias_lock(client, name, "champion") as newer:
            newer()
            with pytest.raises(locking.AliasLockedError, match="took longer"):
                check()
    assert client.search_registered_models(f"name LIKE '{name}%'") == []


@pytest.mark.slow
def test_of_two_promotions_at_once_none_leaves_the_alias_half_moved(
    store: Path, name: str, bundles: dict[str, Path], rows: dict[str, Path]
) -> None:
    promote(str(bundles["first"]), Registry(name))
    program = (
        "import sys; from mentionlens_training.cli import promote; sys.exit(promote(sys.argv[1:]))"
    )
    words = ["--data", str(rows["first is right"]), "--registry-name", name]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(bundles[challenger]), *words],
            stderr=subprocess.PIPE,
            text=True,
        )
        for challenger in ("second", "third")
    ]
    ended = [(process.communicate(timeout=300)[1], process.returncode) for process in running]
    steps = Registry(name).steps()
    # Every step starts where the one before ended, and the alias is where the last one says.
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert [step.before for step in steps[1:]] == [step.version for step in steps[:-1]]
    assert champion(name) == steps[-1].version
    assert all(step.state == "done" for step in steps)
    moved = sum(code == 0 for _, code in ended)
    assert moved == len(steps) - 1 >= 1
    for error, code in ended:
        assert code == 0 or "somebody else moved it" in error, error
    locks = mlflow.MlflowClient().search_registered_models(f"name = '{name}.champion.lock'")
    assert list(locks) == []


def test_a_damaged_record_is_named(store: Path, name: str, bundles: dict[str, Path]) -> None:
    registry = Registry(name)
    promote(str(bundles["first"]), registry)
    tag = "mentionlens.champion.000009"
    mlflow.MlflowClient().set_model_version_tag(name, "1", tag, "{}")
    with pytest.raises(PromotionError, match=f"version 1: the tag '{tag}' holds no record"):
        registry.steps()


def test_another_alias_has_steps_of_its_own(
    call: Promote, name: str, bundles: dict[str, Path]
) -> None:
    call(bundles["first"])
    call(bundles["first"], "--alias", "shadow")
    assert history(name) == [("promoted", None, 1)]
    shadow: Any = Registry(name, "shadow").champion()
    assert shadow.number == 1
