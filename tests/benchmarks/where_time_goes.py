"""Where the time of an answer goes, and how far it is from the least that this processor needs.

One thread. The floor is the integer multiply-adds of the layers' products over the fastest that
onnxruntime's MatMulInteger does of them here, in the same shapes, with weights that stay in the
cache; the rest of an answer could not be faster than that in 8 bits on this machine.

    python tests/benchmarks/where_time_goes.py [--bundle DIR] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from mentionlens import MentionClassifier
from mentionlens.batching import pad_windows, padded_batches
from mentionlens.session import production_options
from mentionlens.tokenization import TextEncoder
from mentions_to_time import mixed, own_mentions
from onnx import TensorProto, helper, numpy_helper

KINDS = {
    "integer products": ("MatMulIntegerToFloat", "DynamicQuantizeMatMul", "QAttention"),
    "attention between pieces": ("MultiHeadAttention", "Attention"),
    "quantising": ("QuantizeLinear", "DynamicQuantizeLinear", "Abs", "ReduceMax", "Max", "Expand"),
    "scaling back": ("Mul", "Div", "Cast"),
    "GELU": ("BiasGelu", "FastGelu", "Gelu"),
    "layer norms, skip connections": ("LayerNormalization", "SkipLayerNormalization", "Sum", "Add"),
}
Shape = tuple[int, int]
Run = dict[str, np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle", default=None)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    short, long = own_mentions()
    classifier = MentionClassifier(arguments.bundle, threads=1)
    encoder = TextEncoder(classifier.bundle)
    shapes = integer_shapes(classifier.bundle.graph_path)
    for name, texts, size in (
        ("one short mention", short[:: len(short) // 40][:40], 1),
        ("one long mention", long[:40], 1),
        ("bulk", mixed(short, long, 240), classifier.manifest.graph.max_batch),
    ):
        calls = [[text] for text in texts] if size == 1 else [texts]
        report(name, classifier, encoder, shapes, calls, arguments.rounds)


def report(
    name: str,
    classifier: MentionClassifier,
    encoder: TextEncoder,
    shapes: Sequence[Shape],
    calls: Sequence[list[str]],
    rounds: int,
) -> None:
    """Print the shares of one kind of call."""
    mentions = sum(len(texts) for texts in calls)

    def whole() -> None:
        for texts in calls:
            classifier.predict(texts)

    runs = graph_runs(classifier, encoder, calls)
    pieces = sum(int(run["attention_mask"].sum()) for run in runs)
    padded = sum(run["input_ids"].size for run in runs)
    outputs = [task.output for task in classifier.manifest.tasks]
    session = onnxruntime.InferenceSession(
        str(classifier.bundle.graph_path), production_options(), ["CPUExecutionProvider"]
    )

    def graph() -> None:
        for run in runs:
            session.run(outputs, run)

    def tokens() -> None:
        for texts in calls:
            for text in texts:
                encoder.encode(text)

    took, in_graph, tokenising = (
        statistics.median(values) for values in _in_turn((whole, graph, tokens), rounds)
    )
    speed = _fastest(shapes, max(1, padded // len(runs)))
    floor = sum(inner * outer for inner, outer in shapes) * pieces / speed
    print(
        f"\n{name}: {1000 * took / mentions:.2f} ms a mention, {pieces / mentions:.0f} pieces "
        f"({padded / pieces - 1:.0%} padding in batches of {padded / len(runs):.0f} pieces)"
    )
    print(f"  floor {1000 * floor / mentions:.2f} ms ({speed / 1e9:.0f} billion multiply-adds/s): ")
    print(f"  {took / floor:.1f} times the floor")
    print(
        f"  tokenising {tokenising / took:.1%}, other Python "
        f"{1 - (in_graph + tokenising) / took:.1%}"
    )
    for kind, share in _operators(classifier.bundle.graph_path, runs, outputs):
        print(f"  {kind} {share * in_graph / took:.1%}")


def graph_runs(
    classifier: MentionClassifier, encoder: TextEncoder, calls: Sequence[list[str]]
) -> list[Run]:
    """Return what the classifier gives the graph for these calls."""
    runs = []
    for texts in calls:
        windows = [window for text in texts for window in encoder.encode(text).windows]
        for batch in padded_batches(windows, classifier.manifest.graph.max_batch):
            ids, mask = pad_windows([windows[index] for index in batch], encoder.padding_id)
            runs.append({"input_ids": ids, "attention_mask": mask})
    return runs


def _in_turn(calls: Sequence[Callable[[], None]], rounds: int) -> list[list[float]]:
    """Return the seconds of each call in each round, after one that warms up."""
    times: list[list[float]] = [[] for _ in calls]
    for round_ in range(rounds + 1):
        for call, values in zip(calls, times, strict=True):
            start = time.perf_counter()
            call()
            if round_:
                values.append(time.perf_counter() - start)
    return times


def integer_shapes(path: Path) -> list[Shape]:
    """Return the shapes of the int8 weights of a graph, tables of embeddings left out."""
    graph = onnx.load(str(path))
    weights = {
        item.name: (item.dims[0], item.dims[1])
        for item in graph.graph.initializer
        if item.data_type == TensorProto.INT8 and len(item.dims) == 2
    }
    factors = [name for node in graph.graph.node for name in node.input if "Mat" in node.op_type]
    fused = [name for node in graph.graph.node for name in node.input if "QAtt" in node.op_type]
    return [weights[name] for name in [*factors, *fused] if name in weights]


def _fastest(shapes: Sequence[Shape], rows: int) -> float:
    """Return the multiply-adds a second of so many rows in a mix of these shapes."""
    seconds = work = 0.0
    for (inner, outer), count in Counter(shapes).items():
        weights = np.random.default_rng(0).integers(-127, 127, (inner, outer), dtype=np.int8)
        graph = helper.make_graph(
            [helper.make_node("MatMulInteger", ["a", "b"], ["c"])],
            "floor",
            [helper.make_tensor_value_info("a", TensorProto.UINT8, [rows, inner])],
            [helper.make_tensor_value_info("c", TensorProto.INT32, [rows, outer])],
            [numpy_helper.from_array(weights, "b")],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), production_options(), ["CPUExecutionProvider"]
        )
        feed = {"a": np.random.default_rng(1).integers(0, 255, (rows, inner), dtype=np.uint8)}
        timed = []
        for _ in range(200):
            start = time.perf_counter()
            session.run(None, feed)
            timed.append(time.perf_counter() - start)
        seconds += count * min(timed)
        work += count * rows * inner * outer
    return work / seconds


def _operators(path: Path, runs: Sequence[Run], outputs: Sequence[str]) -> list[tuple[str, float]]:
    """Return the share of the graph's time that each kind of operator takes."""
    options = production_options()
    options.enable_profiling = True
    with tempfile.TemporaryDirectory() as scratch:
        options.profile_file_prefix = str(Path(scratch) / "profile")
        session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
        for run in runs:
            session.run(outputs, run)
        events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    kinds = {operator: kind for kind, operators in KINDS.items() for operator in operators}
    took: Counter[str] = Counter()
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("kernel_time"):
            took[kinds.get(event["args"]["op_name"], "everything else")] += event["dur"]
    return [(kind, dur / took.total()) for kind, dur in took.most_common()]


if __name__ == "__main__":
    main()
