"""Chooses the pieces that a smaller vocabulary keeps, and measures what the cut costs.

Pieces are ranked by their relative frequency in each language, weighted by language. A language
without texts is represented by the pieces' own probabilities within its alphabet. Every single
character of the target alphabets, every digit, punctuation mark and emoji stays, so that a word
whose pieces are gone splits further instead of becoming unknown.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mentionlens_data.languages import Language
from tokenizers import Tokenizer

from mentionlens_training.encoder.tokenizer import SPECIAL_PIECES

__all__ = ["VocabularyStatistics", "count_pieces", "measure_vocabulary", "select_pieces"]

_SPACE = "▁"
_SCRIPTS = ("LATIN", "CYRILLIC", "ARABIC", "DEVANAGARI")
# Marks (variation selectors, keycaps), numbers, punctuation, symbols (emoji), joiners.
_COMMON_CATEGORIES = ("M", "N", "P", "S", "Cf")


def count_pieces(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    """Count how often each piece occurs, special pieces left out."""
    counts: Counter[int] = Counter()
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == 1000:
            _count_batch(tokenizer, batch, counts)
            batch.clear()
    _count_batch(tokenizer, batch, counts)
    return counts


def select_pieces(
    pieces: Sequence[tuple[str, float]],
    counts: Mapping[str, Mapping[int, int]],
    languages: Sequence[Language],
    size: int,
) -> list[int]:
    """Return the ids to keep in ascending order, special pieces first.

    Args:
        pieces: (text, log probability) of the whole vocabulary.
        counts: language code to piece id to occurrences.
        languages: the target languages.
        size: number of pieces to keep.

    Raises:
        ValueError: the characters that must stay are already more than `size`.
    """
    keep = set(range(len(SPECIAL_PIECES)))
    keep |= {id_ for id_, (text, _) in enumerate(pieces) if _is_essential(text)}
    if len(keep) > size:
        raise ValueError(f"a vocabulary of {size} cannot hold the {len(keep)} essential pieces")
    rank: dict[int, float] = defaultdict(float)
    for language in languages:
        share = _frequencies(language, counts.get(language.code, {}), pieces)
        for id_, frequency in share.items():
            rank[id_] += language.weight * frequency
    for id_ in sorted(rank, key=lambda id_: (-rank[id_], id_)):
        if len(keep) == size:
            break
        keep.add(id_)
    return sorted(keep)


def _frequencies(
    language: Language, counts: Mapping[int, int], pieces: Sequence[tuple[str, float]]
) -> dict[int, float]:
    values: dict[int, float]
    if counts:
        values = {id_: float(count) for id_, count in counts.items()}
    else:
        values = {
            id_: math.exp(score)
            for id_, (text, score) in enumerate(pieces)
            if (letters := text.removeprefix(_SPACE)) and language.letters.issuperset(letters)
        }
    total = sum(values.values())
    return {id_: value / total for id_, value in values.items()}


def _is_essential(piece: str) -> bool:
    """Whether the piece is a lone space, one character of a target script, or symbols only."""
    text = piece.removeprefix(_SPACE)
    if not text:
        return piece == _SPACE
    if all(unicodedata.category(c).startswith(_COMMON_CATEGORIES) for c in text):
        # Single symbols and whole emoji; longer runs ("!!!!", "2013") have to earn their place.
        return len(text) == 1 or unicodedata.category(text[0]) == "So"
    return len(text) == 1 and unicodedata.name(text, "").startswith(_SCRIPTS)


@dataclass(frozen=True)
class VocabularyStatistics:
    """What a tokenizer makes of the texts of one language.

    Attributes:
        texts: number of texts.
        words: words between spaces.
        pieces_per_word: pieces, special ones left out, over words.
        unknown_rate: unknown pieces over pieces.
    """

    texts: int
    words: int
    pieces_per_word: float
    unknown_rate: float


def measure_vocabulary(tokenizer: Tokenizer, texts: Sequence[str]) -> VocabularyStatistics:
    """Measure pieces per word and the rate of unknown pieces on the texts of one language."""
    counts = count_pieces(tokenizer, texts)
    words = sum(len(text.split()) for text in texts)
    total = sum(counts.values())
    unknown = counts[SPECIAL_PIECES.index("<unk>")]
    return VocabularyStatistics(len(texts), words, total / max(words, 1), unknown / max(total, 1))


def _count_batch(tokenizer: Tokenizer, batch: Sequence[str], counts: Counter[int]) -> None:
    for encoding in tokenizer.encode_batch(batch, add_special_tokens=False):
        counts.update(encoding.ids)
