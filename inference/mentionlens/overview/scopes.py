"""Which brands and languages an overview can be narrowed to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from mentionlens.scored_mention import ScoredMention

__all__ = ["MOST_BRANDS", "MOST_LANGUAGES", "Scope", "Scopes"]

MOST_BRANDS = 40
MOST_LANGUAGES = 20

Scope = tuple[str | None, str | None]
"""Brand and language; None stands for all of them, empty for those that nobody stated."""


class Scopes:
    """The brands and languages with the most mentions; the others count only among all.

    Args:
        mentions: of the overview.

    Attributes:
        brands: by their names.
        langs: by their codes.
        brands_left_out: how many there are beyond.
        langs_left_out: likewise.
    """

    def __init__(self, mentions: Iterable[ScoredMention]) -> None:
        brands: Counter[str] = Counter()
        langs: Counter[str] = Counter()
        for mention in mentions:
            brands[mention.brand] += 1
            langs[mention.lang or ""] += 1
        self.brands = sorted(name for name, _ in brands.most_common(MOST_BRANDS))
        self.langs = sorted(name for name, _ in langs.most_common(MOST_LANGUAGES))
        self.brands_left_out = len(brands) - len(self.brands)
        self.langs_left_out = len(langs) - len(self.langs)
        self._brands, self._langs = frozenset(self.brands), frozenset(self.langs)

    def of(self, mention: ScoredMention) -> Iterator[Scope]:
        """Yield the scopes that a mention counts in: all, its brand, its language, and both."""
        brand, lang = mention.brand, mention.lang or ""
        yield None, None
        if brand in self._brands:
            yield brand, None
        if lang in self._langs:
            yield None, lang
        if brand in self._brands and lang in self._langs:
            yield brand, lang

    def listed(self, mention: ScoredMention) -> Scope:
        """Return brand and language of a mention, None for one that is not listed."""
        brand, lang = mention.brand, mention.lang or ""
        return brand if brand in self._brands else None, lang if lang in self._langs else None
