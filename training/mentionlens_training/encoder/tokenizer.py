"""Builds the XLM-R tokenizer of the encoder from its pieces and compares it with a reference.

SentencePiece normalises with its `nmt_nfkc` rules before it segments; `Nmt` and `NFKC` of the
`tokenizers` library are the same rules, so that the pieces are all that has to be known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers.processors import TemplateProcessing

__all__ = ["SPECIAL_PIECES", "TokenizerComparison", "build_tokenizer", "compare_tokenizers"]

# In the order of their ids, as in every XLM-R vocabulary.
SPECIAL_PIECES = ("<s>", "<pad>", "</s>", "<unk>")
_SPACE = "▁"


def build_tokenizer(pieces: Sequence[tuple[str, float]]) -> Tokenizer:
    """Return a Unigram tokenizer that wraps a text in `<s>` and `</s>`.

    Args:
        pieces: (text, log probability) in the order of the ids; `SPECIAL_PIECES` come first.

    Raises:
        ValueError: the special pieces are not where they belong.
    """
    head = tuple(text for text, _ in pieces[: len(SPECIAL_PIECES)])
    if head != SPECIAL_PIECES:
        raise ValueError(f"the first pieces must be {SPECIAL_PIECES}, found {head}")
    tokenizer = Tokenizer(models.Unigram(list(pieces), unk_id=SPECIAL_PIECES.index("<unk>")))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=_SPACE, prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement=_SPACE, prepend_scheme="always")
    start, end = SPECIAL_PIECES.index("<s>"), SPECIAL_PIECES.index("</s>")
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", start), ("</s>", end)],
    )
    tokenizer.add_special_tokens(list(SPECIAL_PIECES))
    return tokenizer


@dataclass(frozen=True)
class TokenizerComparison:
    """How many texts two tokenizers cut into the same ids, and the texts where they differ."""

    texts: int
    different: tuple[str, ...] = field(default=())

    @property
    def identical(self) -> bool:
        """Whether every text got the same ids."""
        return not self.different


def compare_tokenizers(
    tokenizer: Tokenizer, reference: Tokenizer, texts: Iterable[str]
) -> TokenizerComparison:
    """Compare the ids, special pieces included, text by text."""
    batch = list(texts)
    pairs = zip(tokenizer.encode_batch(batch), reference.encode_batch(batch), strict=True)
    different = [text for text, (a, b) in zip(batch, pairs, strict=True) if a.ids != b.ids]
    return TokenizerComparison(len(batch), tuple(different))
