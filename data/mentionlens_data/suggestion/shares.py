"""How many suggestions each language gets."""

from __future__ import annotations

import heapq
from collections.abc import Mapping

__all__ = ["language_shares"]


def language_shares(mentions: Mapping[str, int], number: int, power: float) -> dict[str, int]:
    """Divide a number of suggestions among languages.

    A language counts as its number of mentions to the power of `power`: 1 gives every language
    its share of the mentions, 0 the same to each, 0.5 something between. As long as there are
    enough suggestions each language gets one, the largest first; the others go one by one to
    the language that is furthest below its share (Sainte-Laguë), and to none that has no mention
    left. More suggestions never take one away from a language.

    Args:
        mentions: language to the number of its mentions that could be suggested.
        number: suggestions; where there are fewer mentions, all are taken.
        power: from 0 to 1.

    Returns:
        Suggestions by language, in the order of `mentions`; zero where there were too few.
    """
    weights = {lang: count**power for lang, count in mentions.items() if count}
    given = dict.fromkeys(mentions, 0)
    left = min(number, sum(mentions.values()))
    for lang in sorted(weights, key=lambda lang: (-weights[lang], lang))[:left]:
        given[lang] = 1
        left -= 1
    waiting = [(-weights[lang] / 3, lang) for lang in weights if mentions[lang] > 1]
    heapq.heapify(waiting)
    for _ in range(left):
        _, lang = waiting[0]
        given[lang] += 1
        if given[lang] < mentions[lang]:
            heapq.heapreplace(waiting, (-weights[lang] / (2 * given[lang] + 1), lang))
        else:
            heapq.heappop(waiting)
    return given
