"""A published bundle is whole; a failed export leaves nothing and touches nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from exporting import GOLDEN, LIMITS, export
from mentionlens import Bundle, MentionClassifier, verify_bundle
from mentionlens_training.export import ExportError, ExportGateError, read_golden_texts
from mentionlens_training.export.bundle_writer import published_folder
from tiny import tiny_trained

# The smallest evaluation that there is, of another graph.
EVALUATION = {
    "schema_version": 2,
    "tool_version": "0.1.0",
    "bundle": {"name": "tiny", "version": "0", "precision": "float32", "graph_sha256": "0" * 64},
    "data": {"rows": 0, "fingerprint": "0" * 64},
    "languages": [],
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("published") / "models" / "tiny"
    export(tiny_trained(), path, evaluation=EVALUATION)
    return path


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_it_has_every_file_and_nothing_else(published: Path) -> None:
    assert sorted(tree(published)) == [
        "README.md",
        "evaluation.json",
        "golden.jsonl",
        "manifest.json",
        "model.onnx",
        "tokenizer.json",
    ]
    assert [path.name for path in published.parent.iterdir()] == ["tiny"]


def test_the_runtime_accepts_and_verifies_it(published: Path) -> None:
    report = verify_bundle(published)
    assert report.passed, report
    answer = MentionClassifier(published).predict(GOLDEN[0]["text"])
    assert list(answer.tasks) == ["sentiment", "troll", "complaint"]


def test_the_manifest_says_where_it_came_from(published: Path) -> None:
    manifest = Bundle.load(published).manifest
    assert manifest.graph.precision == "int8"
    assert manifest.graph.min_onnxruntime == "1.30.0"
    assert [task.temperature for task in manifest.tasks] == [1.0, 1.25, 1.5]
    assert [task.low_confidence for task in manifest.tasks] == [0.4, 0.0, 0.0]
    assert manifest.normalizer.options["mask_handles"] is True
    assert (manifest.tokenizer.max_length, manifest.long_text.max_windows) == (32, 2)
    assert manifest.verification["passed"] is True
    assert manifest.verification["quantization"]["embeddings"] == "blocks4"
    assert manifest.provenance["encoder"]["name"] == "tiny"
    assert manifest.provenance["packages"]["onnxruntime"]


def test_the_model_card_repeats_the_record(published: Path) -> None:
    card = (published / "README.md").read_text(encoding="utf-8")
    assert "\n# tiny 0.0.1\n" in card
    assert "| complaint | `none`, `product`, `delivery`, " in card
    assert "| made | 7 | CC0-1.0 |" in card
    assert "| shipped_agreement |" in card


def test_a_failed_gate_publishes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ExportGateError, match="shipped_agreement"):
        export(tiny_trained(), tmp_path / "bundle", limits=replace(LIMITS, shipped_agreement=1.1))
    assert list(tmp_path.iterdir()) == []


def test_a_failed_gate_keeps_the_earlier_bundle(published: Path) -> None:
    before = tree(published.parent)
    with pytest.raises(ExportGateError):
        export(tiny_trained(seed=1), published, limits=replace(LIMITS, shipped_agreement=1.1))
    assert tree(published.parent) == before


def test_the_float32_bundle_is_kept_where_it_is_asked_for(tmp_path: Path) -> None:
    shipped, reference = tmp_path / "tiny", tmp_path / "references" / "tiny"
    export(tiny_trained(), shipped, reference=reference)
    assert sorted(tree(tmp_path)) == sorted(
        f"{folder}/{name}"
        for folder in ("tiny", "references/tiny")
        for name in ("README.md", "golden.jsonl", "manifest.json", "model.onnx", "tokenizer.json")
    )
    manifests = [Bundle.load(folder).manifest for folder in (shipped, reference)]
    assert [manifest.graph.precision for manifest in manifests] == ["int8", "float32"]
    assert [manifest.tasks for manifest in manifests] == [manifests[0].tasks] * 2
    # The record is about the shipped bundle; the reference replays its own answers.
    assert not manifests[1].verification
    assert verify_bundle(reference).passed


def test_a_failed_gate_keeps_no_reference(tmp_path: Path) -> None:
    with pytest.raises(ExportGateError, match="shipped_agreement"):
        export(
            tiny_trained(),
            tmp_path / "bundle",
            reference=tmp_path / "reference",
            limits=replace(LIMITS, shipped_agreement=1.1),
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("bundle", "reference"), [("a", "a"), ("a", "a/b"), ("a/b", "a"), ("a", "x/../a")]
)
def test_bundle_and_reference_must_lie_apart(tmp_path: Path, bundle: str, reference: str) -> None:
    with pytest.raises(ExportError, match="folders apart"):
        export(tiny_trained(), tmp_path / bundle, reference=tmp_path / reference)
    assert list(tmp_path.iterdir()) == []


def test_a_reference_replaces_no_other_folder(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError, match="is no bundle"):
        export(tiny_trained(), tmp_path / "bundle", reference=tmp_path / "mine")
    assert tree(tmp_path) == {"mine/notes.txt": b"mine"}


def test_a_new_bundle_replaces_the_earlier_one(tmp_path: Path) -> None:
    destination = tmp_path / "bundle"
    for content in ("first", "second"):
        with published_folder(destination) as work:
            (work / "bundle").mkdir()
            (work / "bundle" / "manifest.json").write_text(content, encoding="utf-8")
        assert tree(tmp_path) == {"bundle/manifest.json": content.encode()}


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_interrupted_writing_leaves_no_half_bundle(
    tmp_path: Path, error: type[BaseException]
) -> None:
    with pytest.raises(error), published_folder(tmp_path / "bundle") as work:
        (work / "bundle").mkdir()
        (work / "bundle" / "manifest.json").write_text("{", encoding="utf-8")
        assert not (tmp_path / "bundle").exists()
        raise error
    assert list(tmp_path.iterdir()) == []


def test_other_peoples_folders_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError, match="is no bundle"), published_folder(tmp_path):
        pytest.fail("the block must not run")
    assert tree(tmp_path) == {"notes.txt": b"mine"}


def test_golden_texts_are_read(tmp_path: Path) -> None:
    path = tmp_path / "golden.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in GOLDEN) + "\n", encoding="utf-8")
    assert read_golden_texts(path) == GOLDEN


@pytest.mark.parametrize("content", ["", "[]", '{"id": "1", "lang": "pl"}', "{"])
def test_damaged_golden_texts_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "golden.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ExportError, match=r"golden\.jsonl"):
        read_golden_texts(path)
