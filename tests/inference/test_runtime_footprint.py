"""What the runtime loads, exports and promises to type checkers."""

import subprocess
import sys
from pathlib import Path

import mentionlens
import pytest

HEAVY = ("torch", "transformers", "datasets", "pandas", "sklearn", "pydantic", "huggingface_hub")
EXAMPLE = Path(__file__).with_name("typing_example.py")


def loaded(code):
    """Return the modules that a fresh interpreter holds after running the code."""
    code += "\nimport sys; print(*sys.modules, sep='\\n', file=sys.stderr)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in run.stderr.split("\n")}


def test_the_import_is_light():
    modules = loaded("import mentionlens")
    assert "mentionlens" in modules
    assert not modules & {*HEAVY, "onnx", "onnxruntime", "tokenizers"}


def test_an_answer_needs_three_libraries(committed_bundle):
    modules = loaded(
        "from mentionlens.cli import main\n"
        f"assert main(['predict', '--bundle', {str(committed_bundle)!r}, 'ab']) == 0"
    )
    assert modules >= {"numpy", "onnxruntime", "tokenizers"}
    assert not modules & {*HEAVY, "onnx", "mentionlens_data", "mentionlens_training"}


def test_everything_public_is_there_and_documented():
    for name in mentionlens.__all__:
        value = getattr(mentionlens, name)
        assert name == "__version__" or value.__doc__
    assert Path(mentionlens.__file__).with_name("py.typed").is_file()


def test_the_committed_bundle_is_what_the_code_makes(tmp_path, committed_bundle):
    pytest.importorskip("onnx")
    from tiny_bundle import write_tiny_bundle

    bundle = write_tiny_bundle(tmp_path / "new")
    texts = ["Paczka miała być w piątek", "не 😡"]
    new = mentionlens.MentionClassifier(bundle).logits(texts)
    old = mentionlens.MentionClassifier(committed_bundle).logits(texts)
    for name, values in new.items():
        assert values == pytest.approx(old[name], abs=1e-6)


def test_the_whole_api_is_typed():
    api = pytest.importorskip("mypy.api")
    out, err, code = api.run(["--strict", "--config-file=", "--no-incremental", str(EXAMPLE)])
    assert code == 0, out + err


def test_the_typing_example_runs(committed_bundle):
    command = [sys.executable, str(EXAMPLE), str(committed_bundle)]
    subprocess.run(command, check=True, timeout=60)
