"""Cuts an encoder's vocabulary to the target languages and reports what that costs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mentionlens.errors import MentionlensError
from mentionlens_data.languages import Language
from tokenizers import Tokenizer

from mentionlens_training.encoder.resolver import Encoder
from mentionlens_training.encoder.tokenizer import build_tokenizer
from mentionlens_training.encoder.vocabulary import (
    VocabularyStatistics,
    count_pieces,
    measure_vocabulary,
    select_pieces,
)
from mentionlens_training.model import mean_pool

__all__ = [
    "CutReport",
    "LanguageReport",
    "VocabularyCutError",
    "cut_vocabulary",
    "report_cut",
    "save_encoder",
]

_BATCH = 32


class VocabularyCutError(MentionlensError):
    """The vocabulary is too small for a language."""


@dataclass(frozen=True)
class LanguageReport:
    """What the cut does to one language.

    Attributes:
        before: statistics of the whole vocabulary.
        after: statistics of the cut one.
        cosine_mean: mean cosine between the pooled outputs of the two encoders.
        cosine_p05: 5th percentile of that cosine.
    """

    before: VocabularyStatistics
    after: VocabularyStatistics
    cosine_mean: float
    cosine_p05: float


@dataclass(frozen=True)
class CutReport:
    """Sizes of the vocabulary and the effect on each language."""

    pieces_before: int
    pieces_after: int
    languages: dict[str, LanguageReport]

    def check(self, least_cosine: float) -> None:
        """Refuse a cut that moves the encoder's answers too far.

        Raises:
            VocabularyCutError: a language's mean cosine is below the limit.
        """
        for code, language in self.languages.items():
            if language.cosine_mean < least_cosine:
                raise VocabularyCutError(
                    f"{self.pieces_after} pieces are too few for {code!r}: the mean cosine with "
                    f"the uncut encoder is {language.cosine_mean:.4f}, at least {least_cosine} is "
                    f"wanted; allow more pieces or give the language more weight"
                )

    def to_markdown(self) -> str:
        """Return one table row a language."""
        lines = [
            f"{self.pieces_after} of {self.pieces_before} pieces are kept.",
            "",
            "| language | pieces a word | unknown pieces | cosine, mean | cosine, 5th percentile |",
            "|---|---|---|---|---|",
        ]
        for code, x in self.languages.items():
            lines.append(
                f"| {code} | {x.before.pieces_per_word:.3f} → {x.after.pieces_per_word:.3f} "
                f"| {x.before.unknown_rate:.3%} → {x.after.unknown_rate:.3%} "
                f"| {x.cosine_mean:.4f} | {x.cosine_p05:.4f} |"
            )
        return "\n".join(lines)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CutReport:
        """Read what `to_dict` gave."""
        return cls(
            data["pieces_before"],
            data["pieces_after"],
            {
                code: LanguageReport(
                    VocabularyStatistics(**item["before"]),
                    VocabularyStatistics(**item["after"]),
                    item["cosine_mean"],
                    item["cosine_p05"],
                )
                for code, item in data["languages"].items()
            },
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON-ready dictionaries."""
        return asdict(self)


def cut_vocabulary(
    encoder: Encoder,
    texts: Mapping[str, Iterable[str]],
    languages: Sequence[Language],
    size: int,
) -> Encoder:
    """Return the encoder with `size` pieces; ids change, scores and all other weights stay.

    Args:
        encoder: with a Unigram tokenizer; left untouched.
        texts: language code to texts as they reach the tokenizer (normalised, prefixed).
        languages: what to keep pieces for.
        size: pieces to keep, special ones included.

    Raises:
        ValueError: the tokenizer is not a Unigram one, or `size` is too small.
    """
    spec = json.loads(encoder.tokenizer.to_str())["model"]
    if spec["type"] != "Unigram":
        raise ValueError(f"only Unigram vocabularies can be cut, this is {spec['type']}")
    pieces = [(text, float(score)) for text, score in spec["vocab"]]
    counts = {code: count_pieces(encoder.tokenizer, items) for code, items in texts.items()}
    kept = select_pieces(pieces, counts, languages, size)

    model = type(encoder.model)(_config_for(encoder, len(kept)), add_pooling_layer=False)
    state = {k: v for k, v in encoder.model.state_dict().items() if not k.startswith("pooler.")}
    name = "embeddings.word_embeddings.weight"
    state[name] = state[name][torch.tensor(kept)].clone()
    model.load_state_dict(state)
    provenance = {**encoder.provenance, "vocabulary": f"{len(kept)} of {len(pieces)} pieces"}
    model.train(False)
    return Encoder(model, build_tokenizer([pieces[i] for i in kept]), provenance)


def report_cut(whole: Encoder, cut: Encoder, texts: Mapping[str, Sequence[str]]) -> CutReport:
    """Compare the two encoders on the same texts of each language."""
    return CutReport(
        whole.tokenizer.get_vocab_size(),
        cut.tokenizer.get_vocab_size(),
        {code: _report_language(whole, cut, items) for code, items in texts.items()},
    )


def save_encoder(encoder: Encoder, folder: Path, report: CutReport | None = None) -> None:
    """Write config, weights, tokenizer and `encoder.json` (provenance, report) to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    encoder.model.save_pretrained(folder)
    encoder.tokenizer.save(str(folder / "tokenizer.json"))
    record = {"provenance": encoder.provenance, "cut": report.to_dict() if report else None}
    text = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    (folder / "encoder.json").write_text(text, encoding="utf-8")


def _config_for(encoder: Encoder, size: int) -> Any:  # noqa: ANN401 - one config class a model
    config = type(encoder.model.config).from_dict(encoder.model.config.to_dict())
    config.vocab_size = size
    config._attn_implementation = "eager"
    return config


def _report_language(whole: Encoder, cut: Encoder, texts: Sequence[str]) -> LanguageReport:
    a, b = _embed(whole, texts), _embed(cut, texts)
    cosines = (a * b).sum(axis=1)
    return LanguageReport(
        measure_vocabulary(whole.tokenizer, texts),
        measure_vocabulary(cut.tokenizer, texts),
        float(cosines.mean()),
        float(np.percentile(cosines, 5)),
    )


@torch.inference_mode()
def _embed(encoder: Encoder, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return unit vectors, (texts, size)."""
    tokenizer = Tokenizer.from_str(encoder.tokenizer.to_str())
    tokenizer.enable_truncation(int(encoder.model.config.max_position_embeddings))
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>")
    vectors = []
    # Alike lengths share a batch; character counts are close enough for that.
    order = np.argsort([len(text) for text in texts], kind="stable")
    for start in range(0, len(texts), _BATCH):
        batch = tokenizer.encode_batch([texts[i] for i in order[start : start + _BATCH]])
        ids = torch.tensor([item.ids for item in batch])
        mask = torch.tensor([item.attention_mask for item in batch])
        hidden = encoder.model(input_ids=ids, attention_mask=mask).last_hidden_state
        vectors.append(torch.nn.functional.normalize(mean_pool(hidden, mask), dim=-1))
    return torch.cat(vectors).numpy()[np.argsort(order, kind="stable")]
