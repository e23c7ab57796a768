"""Reading and refusing manifests."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens.errors import BundleFormatError, UnsupportedSchemaError
from mentionlens.manifest import SCHEMA_VERSION, Manifest
from tiny_bundle import COMMITTED


def data():
    return json.loads((COMMITTED / "manifest.json").read_text(encoding="utf-8"))


def change(path, value):
    """Return the manifest with one field replaced; `...` removes it."""
    manifest = data()
    place = manifest
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return manifest


def test_the_manifest_survives_a_round_trip():
    manifest = Manifest.from_dict(data())
    assert manifest.to_dict() == data()
    assert Manifest.from_dict(json.loads(json.dumps(manifest.to_dict()))) == manifest
    assert [task.name for task in manifest.tasks] == ["sentiment", "troll", "complaint"]
    assert manifest.tasks[0].labels == ("negative", "neutral", "positive")
    assert manifest.graph.file == "model.onnx"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["name"], 7, r"^name: expected a string"),
        (["name"], " ", r"^name: expected a string that is not blank"),
        (["languages"], "pl", r"^languages: expected a list"),
        (["languages"], [], r"^languages: expected a list"),
        (["languages"], ["pl", "pl"], r"^languages: the entries must differ"),
        (["tasks"], {}, r"^tasks: expected a list of one or more objects"),
        (["tasks"], [], r"^tasks: expected a list of one or more objects"),
        (["tasks", 1], "troll", r"^tasks\[1\]: expected an object, found str 'troll'"),
        (["tasks", 1, "labels"], ["no"], r"^tasks\[1\]\.labels: expected a list of 2 or more"),
        (["tasks", 1, "labels"], ["no", 1], r"^tasks\[1\]\.labels: expected a list of 2 or more"),
        (["tasks", 1, "labels"], ["no", "no"], r"^tasks\[1\]\.labels: .*\['no'\] stand there"),
        (["tasks", 1, "name"], "sentiment", r"^tasks\[1\]\.name: 'sentiment' is taken"),
        (["tasks", 1, "name"], "flags", r"^tasks\[1\]\.name: 'flags' cannot be a key"),
        (["tasks", 1, "name"], "a b", r"^tasks\[1\]\.name: 'a b' cannot be a key"),
        (["tasks", 2, "output"], "troll", r"^tasks\[2\]\.output: 'troll' is taken"),
        (["tasks", 0, "temperature"], 0, r"^tasks\[0\]\.temperature: must be .*above 0"),
        (["tasks", 0, "temperature"], True, r"^tasks\[0\]\.temperature: expected a number"),
        (["tasks", 0, "temperature"], float("nan"), r"^tasks\[0\]\.temperature: must be finite"),
        (["tasks", 0, "temperature"], float("inf"), r"^tasks\[0\]\.temperature: must be finite"),
        (["tasks", 0, "language_temperatures"], [], r"^tasks\[0\]\.language_temp.*an object"),
        (["tasks", 0, "language_temperatures"], {"pl": 0}, r"^tasks.*temperatures\.pl: .*above 0"),
        (["tasks", 0, "low_confidence"], 1.1, r"^tasks\[0\]\.low_confidence: must be .*at most 1"),
        (["tasks", 0, "low_confidence"], ..., r"^tasks\[0\]\.low_confidence: .*missing"),
        (["tasks", 0, "temprature"], 1.0, r"^tasks\[0\]\.temprature: unknown field"),
        (["normalizer", "version"], "1", r"^normalizer\.version: expected a whole number"),
        (["normalizer", "options"], [], r"^normalizer\.options: expected an object"),
        (["tokenizer", "file"], "../x.json", r"^tokenizer\.file: expected the plain name"),
        (["tokenizer", "file"], "/etc/passwd", r"^tokenizer\.file: expected the plain name"),
        (["tokenizer", "sha256"], "12", r"^tokenizer\.sha256: expected 64 hexadecimal"),
        (["tokenizer", "max_length"], 2, r"^tokenizer\.max_length: must be 3 or more"),
        (["tokenizer", "max_length"], 2.5, r"^tokenizer\.max_length: expected a whole number"),
        (["tokenizer", "prefix"], None, r"^tokenizer\.prefix: expected a string"),
        (["long_text", "max_windows"], 0, r"^long_text\.max_windows: must be 1 or more"),
        (["graphs"], [], r"^graphs: expected a list"),
        (["graphs", 0, "file"], "..", r"^graphs\[0\]\.file: expected the plain name"),
        (["graphs", 0, "file"], "a/b.onnx", r"^graphs\[0\]\.file: expected the plain name"),
        (["graphs", 0, "opset"], None, r"^graphs\[0\]\.opset: expected a whole number"),
        (["graphs", 0, "min_onnxruntime"], "new", r"^graphs\[0\]\.min_onnxruntime: expected a ver"),
        (["graphs", 0, "max_batch"], 0, r"^graphs\[0\]\.max_batch: must be 1 or more"),
        (["provenance"], "me", r"^provenance: expected an object"),
        (["schema_version"], "1", r"^schema_version: expected a whole number"),
        (["schema_version"], ..., r"^schema_version: .*missing"),
        (["surprise"], 1, r"^surprise: unknown field"),
    ],
)
def test_a_wrong_field_is_named(path, value, message):
    with pytest.raises(BundleFormatError, match=message):
        Manifest.from_dict(change(path, value))


@pytest.mark.parametrize("version", [0, SCHEMA_VERSION + 1, 99])
def test_another_schema_version_says_what_is_possible(version):
    manifest = {"schema_version": version, "everything": "else"}
    with pytest.raises(UnsupportedSchemaError, match=f"version {version}.* reads version 1"):
        Manifest.from_dict(manifest)


def test_languages_may_have_temperatures_of_their_own():
    manifest = Manifest.from_dict(change(["tasks", 0, "language_temperatures"], {"pl": 2}))
    assert manifest.tasks[0].temperature_of("pl") == 2.0
    others = {manifest.tasks[0].temperature_of(lang) for lang in ("ro", "", None)}
    assert others == {manifest.tasks[0].temperature}
    assert Manifest.from_dict(manifest.to_dict()) == manifest
    assert "language_temperatures" not in manifest.to_dict()["tasks"][1]


def test_records_may_be_absent():
    manifest = data()
    del manifest["verification"], manifest["provenance"]
    assert Manifest.from_dict(manifest).verification == {}


@pytest.mark.parametrize("value", [None, [], "x", 3])
def test_a_manifest_that_is_no_object_is_refused(value):
    with pytest.raises(BundleFormatError, match="expected an object"):
        Manifest.from_dict(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.sampled_from(sorted(data())), JSON)
def test_any_value_is_accepted_or_refused_by_name(field, value):
    manifest = data() | {field: value}
    try:
        assert Manifest.from_dict(manifest).to_dict()
    except BundleFormatError as error:
        assert str(error).startswith(field)
