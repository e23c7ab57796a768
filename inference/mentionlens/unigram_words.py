"""Words by the likelihood that a unigram tokenizer gives them."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["UnigramWords"]

# What the tokenizer writes for the space before a word.
_SPACE = "▁"
# An unknown letter is that many nats less likely than the rarest piece.
_UNKNOWN = 10.0


class UnigramWords:
    """Finds the likeliest word among all that other letters may stand for.

    The likelihood of a word is that of its best pieces (T. Kudo, "Subword Regularization", ACL
    2018). Safe to call from many threads; the vocabulary is read with the first word.

    Args:
        tokenizer: whose model is a unigram one.
        letters: what the words that are looked for consist of.
    """

    def __init__(self, tokenizer: Tokenizer, letters: Iterable[str]) -> None:
        self._tokenizer = tokenizer
        self._letters = frozenset(letters) | {_SPACE}

    def log_probability(self, word: str) -> float:
        """Return the log-likelihood of a word as it is, in nats."""
        ids = self._tokenizer.encode(word, add_special_tokens=False).ids
        return sum(self._scores[piece] for piece in ids)

    def likeliest(self, word: str, options: Mapping[str, Mapping[str, float]]) -> tuple[str, float]:
        """Return the likeliest word that a spelling may stand for, and its log-likelihood.

        A shortest-path search over the places in the word; the time is linear in its length.

        Args:
            word: the spelling, in lower case.
            options: letters of the spelling to what they may stand for, and to the nats by which
                that is likelier than other options (below 0: less likely).

        Returns:
            The spelling itself and minus infinity, where it stands for nothing.
        """
        longest = max(map(len, options))
        # For each number of letters read: the best log-likelihood, and what they stand for.
        reached: list[tuple[float, str]] = [(-math.inf, word)] * (len(word) + 1)
        reached[0] = (0.0, "")
        for start in range(len(word)):
            score, written = reached[start]
            if score == -math.inf:
                continue
            for end, piece, value in self._pieces_from(word, start, options, longest):
                if score + value > reached[end][0]:
                    reached[end] = (score + value, written + piece)
        return reached[-1][1], reached[-1][0]

    def _pieces_from(
        self, word: str, start: int, options: Mapping[str, Mapping[str, float]], longest: int
    ) -> Iterator[tuple[int, str, float]]:
        """Yield each piece that may begin at a place, with its end and its log-likelihood."""
        # The first piece of a word carries the mark of the space, or stands behind it.
        growing = [(start, "", 0.0)]
        if start == 0:
            growing = [(0, _SPACE, 0.0), (0, "", self._pieces.get(_SPACE, -math.inf))]
        while growing:
            place, beginning, before = growing.pop()
            for end in range(place + 1, min(place + longest, len(word)) + 1):
                for letters, likelier in options.get(word[place:end], {}).items():
                    piece, so_far = beginning + letters, before + likelier
                    if piece in self._pieces:
                        yield end, piece.removeprefix(_SPACE), so_far + self._pieces[piece]
                    if piece in self._beginnings:
                        growing.append((end, piece, so_far))

    @functools.cached_property
    def _scores(self) -> list[float]:
        """The log-probability of each piece, by its id."""
        model = json.loads(self._tokenizer.to_str())["model"]
        scores = [float(score) for _, score in model["vocab"]]
        if model["unk_id"] is not None:
            scores[model["unk_id"]] = min(scores) - _UNKNOWN
        return scores

    @functools.cached_property
    def _pieces(self) -> Mapping[str, float]:
        return {
            piece: self._scores[place]
            for piece, place in self._tokenizer.get_vocab().items()
            if self._letters.issuperset(piece)
        }

    @functools.cached_property
    def _beginnings(self) -> frozenset[str]:
        """What longer pieces begin with; nothing, where an apostrophe stands for nothing."""
        return frozenset(piece[:length] for piece in self._pieces for length in range(len(piece)))
