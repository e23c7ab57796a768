"""The mentions of the last day that a series counts, and what was said before them.

Both are bounded: so many mentions and word counts for each brand, so many authors in all.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mentionlens.scored_mention import ScoredMention

__all__ = ["Authors", "KeptMention", "KeptMentions", "Vocabulary", "keep", "words_of"]

_LONGEST = 400
_MOST_AUTHORS = 200_000
_BUCKETS = 1 << 13
_WORD = re.compile(r"[^\W\d_]{3,}")
_NO_WORDS = re.compile(r"https?://\S+|www\.\S+|@\w+")


@dataclass(frozen=True, slots=True)
class KeptMention:
    """What an alert needs of a mention.

    Attributes:
        id: of the mention.
        text: its beginning.
        hour: since 1970.
        lang: of the text, if known.
        measures: that it counts in.
        certainty: probability of the rarest of these answers.
        author: a number that stands for the author; None where it is not known.
    """

    id: str
    text: str
    hour: int
    lang: str | None
    measures: tuple[str, ...]
    certainty: float
    author: int | None


def keep(mention: ScoredMention, hour: int, measures: tuple[str, ...]) -> KeptMention:
    """Return what is kept of a mention."""
    answers = (
        mention.probabilities[task].get(label, 0.0)
        for task, label in mention.labels.items()
        if task in mention.probabilities
    )
    return KeptMention(
        mention.id,
        mention.text[:_LONGEST],
        hour,
        mention.lang,
        measures,
        min(answers, default=0.0),
        None if mention.author is None else _author_number(mention.brand, mention.author),
    )


class KeptMentions:
    """The last mentions of each brand.

    Attributes:
        by_brand: the oldest first.
        most: of each brand.
    """

    most = 300

    def __init__(self) -> None:
        self.by_brand: dict[str, deque[KeptMention]] = {}

    def add(self, brand: str, mention: KeptMention) -> None:
        """Keep one; the oldest of the brand makes room."""
        self.by_brand.setdefault(brand, deque(maxlen=self.most)).append(mention)

    def forget(self, hour: int) -> None:
        """Drop what is older than an hour."""
        for brand in list(self.by_brand):
            kept = self.by_brand[brand]
            while kept and kept[0].hour < hour:
                kept.popleft()
            if not kept:
                del self.by_brand[brand]

    def find(self, brand: str, lang: str | None, measure: str, since: int) -> list[KeptMention]:
        """Return the mentions of a series since an hour, each id once."""
        found = {
            mention.id: mention
            for mention in self.by_brand.get(brand, ())
            if mention.hour >= since
            and measure in mention.measures
            and lang in (None, mention.lang)
        }
        return list(found.values())


class Authors:
    """Who has been seen, and since when; the authors that came first are forgotten first."""

    def __init__(self) -> None:
        self._first: dict[int, int] = {}

    def add(self, author: int, hour: int) -> None:
        """Note an author's first hour."""
        if author not in self._first:
            if len(self._first) >= _MOST_AUTHORS:
                del self._first[next(iter(self._first))]
            self._first[author] = hour

    def is_new(self, author: int, since: int) -> bool:
        """Tell whether an author was not seen before an hour."""
        return self._first.get(author, since) >= since

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what is known, to be stored."""
        return {
            "authors": np.array(list(self._first), dtype=np.uint64),
            "author_hours": np.array(list(self._first.values()), dtype=np.int64),
        }

    def restore(self, authors: Iterable[int], hours: Iterable[int]) -> None:
        """Take back what `arrays` returned."""
        self._first = dict(zip(authors, hours, strict=True))


class Vocabulary:
    """How often words were said about each brand, in hashed counts that fade with the months."""

    def __init__(self) -> None:
        self.counts: dict[str, NDArray[np.float32]] = {}

    def add(self, brand: str, text: str) -> None:
        """Count the words of a mention, each once."""
        counts = self.counts.get(brand)
        if counts is None:
            counts = self.counts[brand] = np.zeros(_BUCKETS, dtype=np.float32)
        for word in words_of(text):
            counts[_bucket(word)] += 1

    def fade(self, share: float) -> None:
        """Let all counts be worth less."""
        for counts in self.counts.values():
            np.multiply(counts, np.float32(share), out=counts)

    def stand_out(self, brand: str, texts: Sequence[str], most: int) -> Iterator[str]:
        """Yield the words that some texts have more often than the brand's history.

        By the log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn,
        "Fightin' Words", 2008), in units of its standard deviation.

        Args:
            brand: whose history, in which the texts themselves may be counted.
            texts: of the alert, each text that was copied once.
            most: words.
        """
        here: dict[str, int] = {}
        for text in texts:
            for word in words_of(text):
                here[word] = here.get(word, 0) + 1
        total = sum(here.values())
        history = self.counts.get(brand)
        if history is None or not total:
            return
        buckets = {word: _bucket(word) for word in here}
        before = {word: max(0.0, float(history[buckets[word]]) - n) for word, n in here.items()}
        whole = max(0.0, float(history.sum()) - total)
        prior_sum = 500.0
        scores = {}
        for word, n in here.items():
            prior = prior_sum * (before[word] + n + 0.01) / (whole + total + 1.0)
            first = np.log((n + prior) / (total + prior_sum - n - prior))
            second = np.log(
                (before[word] + prior) / max(whole + prior_sum - before[word] - prior, 1e-9)
            )
            spread = np.sqrt(1 / (n + prior) + 1 / (before[word] + prior))
            scores[word] = float((first - second) / spread)
        telling = [word for word in here if here[word] >= 2 and scores[word] > 1.96]
        yield from sorted(telling, key=lambda word: (-scores[word], word))[:most]


def words_of(text: str) -> set[str]:
    """Return the words of a text in lower case, without links and handles."""
    return set(_WORD.findall(_NO_WORDS.sub(" ", text).lower()))


def _bucket(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass")) % _BUCKETS


def _author_number(brand: str, author: str) -> int:
    data = f"{brand}\x1f{author}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")
