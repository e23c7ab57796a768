"""Opening graphs, and refusing those that are not the manifest's."""

import os

import pytest
from mentionlens import (
    Bundle,
    BundleFormatError,
    GraphMismatchError,
    MentionClassifier,
    OnnxruntimeTooOldError,
)
from mentionlens.cpu import available_cpus, default_threads
from mentionlens.session import open_graph, open_session, production_options
from tiny_bundle import edit_manifest, replace_file


def test_a_run_takes_one_thread_of_the_cpu(committed_bundle):
    session = open_session(Bundle.load(committed_bundle))
    assert session.get_providers() == ["CPUExecutionProvider"]
    options = production_options()
    assert options.intra_op_num_threads == 1
    assert options.inter_op_num_threads == 1
    assert 1 <= default_threads() <= 4


@pytest.mark.parametrize("threads", [0, -1])
def test_threads_below_one_are_refused(committed_bundle, threads):
    with pytest.raises(ValueError, match="threads must be 1 or more"):
        MentionClassifier(committed_bundle, threads=threads)


def test_another_output_name(tiny_bundle):
    edit_manifest(tiny_bundle, lambda manifest: manifest["tasks"][1].update(output="trolls"))
    with pytest.raises(GraphMismatchError, match=r"no output 'trolls' for task 'troll'.*'troll'"):
        open_session(Bundle.load(tiny_bundle))


def test_another_number_of_labels(tiny_bundle):
    edit_manifest(tiny_bundle, lambda manifest: manifest["tasks"][1]["labels"].append("maybe"))
    with pytest.raises(GraphMismatchError, match=r"'troll' has the shape .* has 3 labels"):
        MentionClassifier(tiny_bundle).predict("Paczka")


def test_other_inputs(tiny_bundle):
    content = (tiny_bundle / "model.onnx").read_bytes()
    assert content.count(b"input_ids") > 1
    replace_file(tiny_bundle, "model.onnx", content.replace(b"input_ids", b"input_idx"))
    with pytest.raises(GraphMismatchError, match=r"inputs are .*'input_idx'.*expected .*input_ids"):
        open_session(Bundle.load(tiny_bundle))


def test_a_graph_that_is_none(tiny_bundle):
    replace_file(tiny_bundle, "model.onnx", b"no graph at all")
    with pytest.raises(BundleFormatError, match=r"model\.onnx: onnxruntime .* cannot open"):
        MentionClassifier(tiny_bundle).predict("Paczka")
    with pytest.raises(BundleFormatError, match="cannot open"):
        open_graph(tiny_bundle / "absent.onnx")


def test_ids_that_the_graph_does_not_have(tiny_bundle):
    content = (tiny_bundle / "tokenizer.json").read_text(encoding="utf-8")
    more = content.replace('"vocab":[', '"vocab":[' + '["<new>",-9.0],', 1)
    assert more != content
    replace_file(tiny_bundle, "tokenizer.json", more.encode())
    with pytest.raises(GraphMismatchError, match="do the tokenizer and the graph belong together"):
        MentionClassifier(tiny_bundle).predict("❤️")


def test_an_onnxruntime_that_is_too_old(tiny_bundle):
    edit_manifest(
        tiny_bundle, lambda manifest: manifest["graphs"][0].update(min_onnxruntime="99.1")
    )
    with pytest.raises(OnnxruntimeTooOldError, match=r'pip install "onnxruntime>=99\.1"'):
        MentionClassifier(tiny_bundle).predict("Paczka")


def test_the_quota_of_the_control_group_counts(tmp_path):
    everything = available_cpus(tmp_path)
    if hasattr(os, "sched_getaffinity"):
        assert everything == len(os.sched_getaffinity(0))
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert available_cpus(tmp_path) == 1
    (tmp_path / "cpu.max").write_text("150000 100000\n")
    assert available_cpus(tmp_path) == min(2, everything)
    for unlimited in ("max 100000\n", "nonsense"):
        (tmp_path / "cpu.max").write_text(unlimited)
        assert available_cpus(tmp_path) == everything


def test_the_older_layout_of_control_groups(tmp_path):
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text("100000\n")
    (tmp_path / "cpu/cpu.cfs_period_us").write_text("100000\n")
    assert available_cpus(tmp_path) == 1
