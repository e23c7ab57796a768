"""The command line: output, exit codes, and what goes to which stream."""

import io
import json
import os
import subprocess
import sys
import types
from importlib.metadata import EntryPoint

import mentionlens
import mentionlens.cli
import pytest
from mentionlens.cli import main
from tiny_bundle import COMMITTED, TASKS, edit_manifest

BUNDLE = ["--bundle", str(COMMITTED)]


def feed(monkeypatch, content):
    """Let standard input hold these bytes."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="ascii"))


def command(*arguments, **options):
    """Run the command in a process of its own."""
    options = {"capture_output": True, "timeout": 60} | options
    return subprocess.run([sys.executable, "-m", "mentionlens", *arguments], check=False, **options)


def rows(text):
    return [json.loads(line) for line in text.splitlines()]


def test_a_table_for_people(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["predict", *BUNDLE, "Paczka nie", "Где мои деньги? " * 20]) == 0
    header, first, second = capsys.readouterr().out.splitlines()
    assert header.split() == ["mention", *TASKS, "flags"]
    assert first.startswith("Paczka nie ")
    assert first.count("%") == len(TASKS)
    assert "…" in second and "long truncated" in second


def test_json_lines_for_programs(capsys):
    assert main(["predict", *BUNDLE, "--format", "jsonl", "Ну и ну 😡", "b"]) == 0
    out = capsys.readouterr().out
    assert "Ну и ну 😡" in out
    first, second = rows(out)
    assert list(first) == ["text", *TASKS, "flags"]
    assert list(first["troll"]["probabilities"]) == TASKS["troll"]
    assert second["text"] == "b"


def test_standard_input_is_one_mention_a_line(capsys, monkeypatch):
    lines = "\ufeffпърви\r\n\nthird \x00\nlast".encode() + b" \xff\xfe"
    feed(monkeypatch, lines)
    assert main(["predict", *BUNDLE, "--format", "jsonl"]) == 0
    answers = rows(capsys.readouterr().out)
    assert [row["text"] for row in answers] == ["първи", "", "third \x00", "last \ufffd\ufffd"]
    assert answers[1]["flags"][0] == "empty"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("form", ["table", "jsonl"])
def test_no_input_gives_no_rows(capsys, monkeypatch, content, form):
    feed(monkeypatch, content)
    assert main(["predict", *BUNDLE, "--format", form]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "no mention" in captured.err


@pytest.mark.parametrize("form", ["table", "jsonl"])
def test_lone_surrogates_are_written_as_valid_utf8(capfdbinary, form):
    assert main(["predict", *BUNDLE, "--format", form, "a \ud800 b"]) == 0
    assert "a \ufffd b" in capfdbinary.readouterr().out.decode("utf-8")


def test_info(capsys):
    assert main(["info", *BUNDLE]) == 0
    out = capsys.readouterr().out
    for part in ("tiny 1", "pl ro ru bg es", "temperature 1.5", "made in code (Apache-2.0)"):
        assert part in out
    for name, labels in TASKS.items():
        assert f"{name}: {', '.join(labels)}" in out


def test_info_of_any_record(capsys, tiny_bundle):
    def change(manifest):
        manifest["verification"] = {
            "passed": True,
            "parity": {"max": 0.00001234, "texts": 200},
            "languages": {"pl": {"loss": 0.1}, "ro": {"loss": 0.2}},
            "checked": ["ids", "logits"],
        }
        manifest["provenance"] = {"corpora": [{"name": "umsab", "licence": None}, {"x": 1}]}

    assert main(["info", "--bundle", str(edit_manifest(tiny_bundle, change))]) == 0
    out = capsys.readouterr().out
    for part in ("passed: True", "max 1.234e-05, texts 200", "pl: loss 0.1", "ids, logits"):
        assert part in out
    assert 'corpora: umsab, {"x": 1}' in out


def test_info_for_programs(capsys):
    assert main(["info", "--json", *BUNDLE]) == 0
    facts = json.loads(capsys.readouterr().out)
    manifest = json.loads((COMMITTED / "manifest.json").read_text(encoding="utf-8"))
    assert facts["bytes"] == sum(file.stat().st_size for file in COMMITTED.iterdir())
    assert {key: facts[key] for key in manifest} == manifest


@pytest.mark.parametrize("arguments", [[str(COMMITTED)], BUNDLE])
def test_verify_prints_each_check(capsys, arguments):
    assert main(["verify", *arguments]) == 0
    out = capsys.readouterr().out
    assert out.count("ok ") == 5
    assert "FAIL" not in out and out.rstrip().endswith("verified")


def test_verify_fails_with_one(capsys, tiny_bundle):
    edit_manifest(tiny_bundle, lambda manifest: manifest["tasks"][0]["labels"].reverse())
    assert main(["verify", str(tiny_bundle)]) == 1
    out = capsys.readouterr().out
    assert "FAIL  alone: " in out and "NOT verified" in out
    assert "This machine answers otherwise than the one that made the bundle" in out


@pytest.mark.parametrize("call", [["predict", "ab"], ["info"]])
def test_a_bundle_that_does_not_load_is_one_line(capsys, tmp_path, call):
    assert main([*call, "--bundle", str(tmp_path / "nowhere")]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("mentionlens: ") and captured.err.count("\n") == 1
    assert "nowhere: does not exist" in captured.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unheard"],
        ["predict", "--format", "xml", "a"],
        ["predict", "--threads", "0", "a"],
        ["predict", "--threads", "x", "a"],
        ["info", "a"],
    ],
)
def test_a_wrong_call_is_two(capsys, arguments):
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "usage: mentionlens" in captured.err


def test_help_and_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mentionlens {mentionlens.__version__}\n"
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for name in ("predict", "info", "verify"):
        assert name in out
    assert main(["predict", "--help"]) == 0


@pytest.fixture
def external(monkeypatch):
    """Install an external command in memory; returns how its module is filled."""
    points = [
        EntryPoint("train", "mentionlens_training_fake.cli:train", "mentionlens.commands"),
        EntryPoint("data", "mentionlens_data.absent:main", "mentionlens.commands"),
        EntryPoint("other", "third_party.cli:main", "mentionlens.commands"),
    ]
    module = types.ModuleType("mentionlens_training_fake.cli")
    monkeypatch.setitem(sys.modules, "mentionlens_training_fake", types.ModuleType("fake"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    table = {point.name: point for point in points}
    monkeypatch.setattr(mentionlens.cli, "external_commands", lambda: table)
    return module


def test_an_external_command_gets_its_arguments(external, capsys):
    calls = []
    external.train = lambda argv: calls.append(argv) or 1
    assert main(["train", "--data", "x", "--help"]) == 1
    assert calls == [["--data", "x", "--help"]]
    external.train = lambda argv: None
    assert main(["train"]) == 0
    assert main(["--help"]) == 0
    assert "train" in capsys.readouterr().out


def test_an_external_command_may_exit(external):
    def train(argv):
        raise SystemExit(2)

    external.train = train
    assert main(["train"]) == 2


def test_a_missing_extra_is_one_line(capsys, monkeypatch):
    def load(point):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(EntryPoint, "load", load)
    for name, module, extra in (
        ("train", "mentionlens_training.cli", "training"),
        ("data", "mentionlens_data.cli", "data"),
    ):
        point = EntryPoint(name, f"{module}:main", "mentionlens.commands")
        monkeypatch.setattr(mentionlens.cli, "external_commands", lambda p=point: {p.name: p})
        assert main([name]) == 2
        captured = capsys.readouterr()
        assert captured.out == "" and captured.err.count("\n") == 1
        expected = f'mentionlens {name} needs the {extra} extra: pip install "mentionlens[{extra}]"'
        assert captured.err.startswith(expected)


def test_installed_commands_are_found(tmp_path):
    package = tmp_path / "addon-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: addon\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[mentionlens.commands]\nweigh = addon:main\n")
    module = tmp_path / "addon.py"
    module.write_text("def main(argv):\n    print(argv)\n    return 3\n")
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    environment = os.environ | {"PYTHONPATH": path}
    run = command("weigh", "--deep", "a", env=environment)
    assert (run.returncode, run.stdout) == (3, b"['--deep', 'a']\n")
    assert b"weigh" in command("--help", env=environment).stdout
    module.write_text("import a_library_that_is_not_there\n")
    run = command("weigh", env=environment)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.startswith(b"mentionlens weigh needs the all extra: pip install")


def test_a_missing_module_of_our_own_is_not_masked(external):
    def train(argv):
        import mentionlens.absent  # noqa: F401

    external.train = train
    with pytest.raises(ModuleNotFoundError, match=r"mentionlens\.absent"):
        main(["train"])


def test_an_error_raised_on_purpose_by_an_external_command_is_one_line(external, capsys):
    def train(argv):
        raise mentionlens.InputError("the file holds no row")

    external.train = train
    assert main(["train"]) == 1
    assert capsys.readouterr().err == "mentionlens: the file holds no row\n"


def test_the_process_answers_in_utf8_whatever_the_locale():
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    options = {"input": "не 😡\n".encode(), "env": environment}
    run = command("predict", *BUNDLE, "--format", "jsonl", **options)
    assert run.returncode == 0 and run.stderr == b""
    assert rows(run.stdout.decode("utf-8"))[0]["text"] == "не 😡"
    run = command("predict", *BUNDLE, **options)
    assert run.returncode == 0 and b"??" in run.stdout


def test_a_failing_process_prints_no_traceback(tmp_path):
    run = command("predict", "--bundle", str(tmp_path), "ab")
    assert run.returncode == 1
    assert b"Traceback" not in run.stderr and run.stderr.count(b"\n") == 1


def test_a_reader_that_stops_early_is_fine():
    arguments = [sys.executable, "-m", "mentionlens", "predict", *BUNDLE, "--format", "jsonl"]
    pipe = subprocess.PIPE
    with subprocess.Popen(arguments, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        process.stdout.close()
        try:
            process.stdin.write(b"paczka\n" * 5000)
            process.stdin.close()
        except BrokenPipeError:
            pass
        errors = process.stderr.read()
        assert process.wait(60) == 0
    assert errors == b""


def test_an_interrupt_is_130(monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(mentionlens.MentionClassifier, "predict_iter", interrupt)
    assert main(["predict", *BUNDLE, "ab"]) == 130
    assert capsys.readouterr().err == ""
