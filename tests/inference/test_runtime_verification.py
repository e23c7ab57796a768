"""Replaying golden texts."""

import json
import re

import onnxruntime
import pytest
from mentionlens import verify_bundle
from mentionlens.verification import TOLERANCE
from tiny_bundle import GOLDEN, edit_manifest


def edit_golden(folder, change):
    """Apply a change to the first golden text."""
    path = folder / "golden.jsonl"
    first, *others = path.read_text(encoding="utf-8").splitlines()
    line = json.loads(first)
    change(line)
    path.write_text("\n".join([json.dumps(line), *others]), encoding="utf-8")


def failed(report):
    return [check for check in report.checks if not check.passed]


def test_a_good_bundle_passes(committed_bundle):
    report = verify_bundle(committed_bundle)
    assert report.passed and report.advice is None
    assert [check.name for check in report.checks] == [
        *("files", "golden texts", "graph", "alone", "batch")
    ]
    assert f"{len(GOLDEN)} texts" in report.checks[1].detail
    assert report.max_difference < 1e-5


def test_other_probabilities_fail(tiny_bundle):
    def change(line):
        values = line["expected"]["troll"]
        values["no"], values["yes"] = values["no"] - 0.05, values["yes"] + 0.05

    edit_golden(tiny_bundle, change)
    report = verify_bundle(tiny_bundle)
    assert [check.name for check in failed(report)] == ["alone", "batch"]
    assert "pl-late troll: probabilities differ by 0.05" in failed(report)[0].detail
    assert report.max_difference == pytest.approx(0.05, abs=1e-5)


def test_other_answers_come_with_what_they_mean_and_what_to_do(tiny_bundle):
    edit_manifest(tiny_bundle, lambda manifest: manifest["tasks"][0].update(temperature=9.0))
    report = verify_bundle(tiny_bundle)
    assert f"by up to {report.max_difference:.4f}" in report.advice
    assert "figures measured with the bundle need not hold here" in report.advice
    assert "Made with what the bundle does not say; here are " in report.advice
    assert f"onnxruntime {onnxruntime.__version__}. What helps: " in report.advice
    for remedy in (
        "that version of onnxruntime",
        "a fresh copy",
        "mentionlens export",
        "mentionlens evaluate",
    ):
        assert remedy in report.advice


def test_the_advice_names_the_machine_that_made_the_bundle(tiny_bundle):
    machine = {
        "architecture": "x86_64",
        "instructions": ["avx2", "avx512_vnni"],
        "packages": {"onnxruntime": "1.31.1"},
    }

    def change(manifest):
        manifest["tasks"][0].update(temperature=9.0)
        manifest["verification"] = {"machine": machine}

    report = verify_bundle(edit_manifest(tiny_bundle, change))
    assert "Made with x86_64, avx2, avx512_vnni, onnxruntime 1.31.1; here are " in report.advice


@pytest.mark.parametrize("machine", [None, "x86_64", [], {}, {"packages": 1, "instructions": "a"}])
def test_any_record_of_a_machine_gives_advice(tiny_bundle, machine):
    def change(manifest):
        manifest["tasks"][0].update(temperature=9.0)
        manifest["verification"] = {"machine": machine}

    assert "What helps: " in verify_bundle(edit_manifest(tiny_bundle, change)).advice


def test_a_difference_within_the_tolerance_passes(tiny_bundle):
    def change(line):
        values = line["expected"]["troll"]
        best = max(values, key=values.get)
        values[best] -= TOLERANCE / 2

    edit_golden(tiny_bundle, change)
    report = verify_bundle(tiny_bundle)
    assert report.passed
    assert report.max_difference == pytest.approx(TOLERANCE / 2, abs=1e-5)


def test_swapped_labels_fail(tiny_bundle):
    edit_manifest(tiny_bundle, lambda manifest: manifest["tasks"][0]["labels"].reverse())
    report = verify_bundle(tiny_bundle)
    assert [check.name for check in failed(report)] == ["alone", "batch"]
    assert "and " in failed(report)[0].detail


def test_another_temperature_fails(tiny_bundle):
    edit_manifest(tiny_bundle, lambda manifest: manifest["tasks"][0].update(temperature=9.0))
    assert not verify_bundle(tiny_bundle).passed


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "holds no golden text"),
        ("\n\n", "holds no golden text"),
        ("{", "line 1: "),
        ("[]", "line 1: .*expected an object"),
        ('{"id": "a", "lang": "pl", "text": "b"}', "line 1: expected: the field is missing"),
        (
            '{"id": "a", "lang": "pl", "text": "b", "expected": {"sentiment": {"negative": 2}}}',
            r"line 1: expected\.sentiment\.negative: must be .*at most 1",
        ),
    ],
)
def test_damaged_golden_texts_fail(tiny_bundle, content, message):
    (tiny_bundle / "golden.jsonl").write_text(content)
    report = verify_bundle(tiny_bundle)
    assert [check.name for check in failed(report)] == ["golden texts"]
    assert re.search(message, failed(report)[0].detail)


def test_a_golden_text_without_a_task_fails(tiny_bundle):
    edit_golden(tiny_bundle, lambda line: line["expected"].pop("troll"))
    assert "expected.troll: the field is missing" in failed(verify_bundle(tiny_bundle))[0].detail


def test_a_damaged_bundle_is_a_failed_check(tiny_bundle):
    (tiny_bundle / "model.onnx").write_bytes(b"damaged")
    report = verify_bundle(tiny_bundle)
    assert not report.passed
    assert report.max_difference is None
    assert report.checks[0].detail.startswith("BundleChecksumError: ")


def test_a_graph_that_does_not_open_is_a_failed_check(tiny_bundle):
    edit_manifest(tiny_bundle, lambda manifest: manifest["tasks"][0].update(output="mood"))
    report = verify_bundle(tiny_bundle)
    assert [check.name for check in failed(report)] == ["graph"]
    assert report.advice is None


def test_a_folder_that_does_not_exist_is_a_failed_check(tmp_path):
    report = verify_bundle(tmp_path / "nowhere")
    assert report.checks[0].detail.startswith("BundleNotFoundError: ")
