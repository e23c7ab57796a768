"""Loading bundles, and refusing damaged ones with a named error."""

import importlib.resources
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens import (
    Bundle,
    BundleChecksumError,
    BundleError,
    BundleFormatError,
    BundleNotFoundError,
    MentionClassifier,
    UnsupportedSchemaError,
    packaged_bundle_path,
)
from mentionlens.bundle import sha256_file
from tiny_bundle import copy_tiny_bundle, edit_manifest


def test_a_whole_bundle_loads(tiny_bundle):
    bundle = Bundle.load(str(tiny_bundle))
    assert bundle.path == tiny_bundle
    assert bundle.manifest.name == "tiny"
    assert bundle.graph_path == tiny_bundle / "model.onnx"
    assert sha256_file(bundle.tokenizer_path) == bundle.manifest.tokenizer.sha256


@pytest.mark.parametrize("name", ["manifest.json", "tokenizer.json", "model.onnx", "golden.jsonl"])
def test_a_missing_file_is_named(tiny_bundle, name):
    (tiny_bundle / name).unlink()
    with pytest.raises(BundleNotFoundError, match=f"{name} is missing"):
        Bundle.load(tiny_bundle)


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(BundleNotFoundError, match="does not exist"):
        MentionClassifier(tmp_path / "nowhere")


def test_a_file_is_no_bundle(tiny_bundle):
    with pytest.raises(BundleNotFoundError, match="is not a folder"):
        Bundle.load(tiny_bundle / "model.onnx")


def test_a_foreign_folder(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(BundleNotFoundError, match=r"manifest\.json is missing"):
        Bundle.load(tmp_path)


def test_a_foreign_manifest(tiny_bundle):
    (tiny_bundle / "manifest.json").write_text('{"name": "a web app", "icons": []}')
    with pytest.raises(BundleFormatError, match="schema_version: the field is missing"):
        Bundle.load(tiny_bundle)


@given(part=st.floats(0, 0.999))
def test_a_half_written_manifest(tmp_path_factory, part):
    folder = copy_tiny_bundle(tmp_path_factory.mktemp("half") / "bundle")
    path = folder / "manifest.json"
    content = path.read_bytes().rstrip()
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(BundleFormatError, match="not valid JSON"):
        Bundle.load(folder)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[" * 100_000, b'{"a": NaN}'])
def test_a_manifest_that_is_no_json(tiny_bundle, content):
    (tiny_bundle / "manifest.json").write_bytes(content)
    with pytest.raises(BundleFormatError, match="not valid JSON"):
        Bundle.load(tiny_bundle)


@pytest.mark.parametrize("name", ["tokenizer.json", "model.onnx"])
def test_one_changed_byte_is_found(tiny_bundle, name):
    path = tiny_bundle / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BundleChecksumError, match=f"{name}: sha256 is"):
        Bundle.load(tiny_bundle)


def test_another_schema_version(tiny_bundle):
    edit_manifest(tiny_bundle, lambda manifest: manifest.update(schema_version=2))
    with pytest.raises(UnsupportedSchemaError, match=r"manifest\.json: schema_version"):
        Bundle.load(tiny_bundle)


def test_an_unknown_normaliser(tiny_bundle):
    edit_manifest(tiny_bundle, lambda manifest: manifest["normalizer"].update(version=9))
    with pytest.raises(BundleFormatError, match=r"manifest\.json: normalizer\.version: 9"):
        Bundle.load(tiny_bundle)


@pytest.mark.parametrize("name", ["tokenizer.json", "manifest.json", "model.onnx"])
def test_a_link_out_of_the_folder_is_refused(tiny_bundle, tmp_path, name):
    outside = tmp_path / name
    (tiny_bundle / name).rename(outside)
    (tiny_bundle / name).symlink_to(outside)
    with pytest.raises(BundleFormatError, match="links to a file outside"):
        Bundle.load(tiny_bundle)


def test_a_link_within_the_folder_is_fine(tiny_bundle):
    (tiny_bundle / "tokenizer.json").rename(tiny_bundle / "shared.json")
    (tiny_bundle / "tokenizer.json").symlink_to("shared.json")
    assert Bundle.load(tiny_bundle).manifest.name == "tiny"


def test_a_second_graph_may_be_absent_but_not_damaged(tiny_bundle):
    second = {"file": "float.onnx", "sha256": "0" * 64, "precision": "fp32"}
    edit_manifest(
        tiny_bundle, lambda manifest: manifest["graphs"].append(manifest["graphs"][0] | second)
    )
    assert len(Bundle.load(tiny_bundle).manifest.graphs) == 2
    (tiny_bundle / "float.onnx").write_bytes(b"damaged")
    with pytest.raises(BundleChecksumError, match=r"float\.onnx"):
        Bundle.load(tiny_bundle)


def test_every_refusal_is_a_bundle_error(tiny_bundle):
    manifest = json.loads((tiny_bundle / "manifest.json").read_text())
    for field in manifest:
        if field not in ("verification", "provenance"):
            broken = {key: value for key, value in manifest.items() if key != field}
            (tiny_bundle / "manifest.json").write_text(json.dumps(broken))
            with pytest.raises(BundleError, match=field):
                MentionClassifier(tiny_bundle)


def test_an_installation_without_a_bundle_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.resources, "files", lambda package: tmp_path)
    with pytest.raises(BundleNotFoundError, match="MentionClassifier\\(PATH\\)"):
        packaged_bundle_path()
    with pytest.raises(BundleNotFoundError, match="no packaged bundle"):
        MentionClassifier()
