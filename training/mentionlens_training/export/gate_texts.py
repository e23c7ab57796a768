"""The texts that the gate compares: real ones of every language, and longer ones made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from mentionlens_training.export.errors import ExportGateError

__all__ = ["select_texts"]

# Characters of the texts that are joined: more than one window, and more than all windows.
_LONG_CHARACTERS = (1_500, 20_000)


def select_texts(
    texts: Mapping[str, Sequence[str]],
    languages: Sequence[str],
    count: int,
    inherited: Collection[str] = (),
) -> dict[str, list[str]]:
    """Return `count` texts of each language, spread over all lengths, and two long ones.

    Args:
        texts: language to raw texts.
        languages: the languages that must be there.
        count: texts of each language.
        inherited: languages that may have fewer: they give what there is, or are left out.

    Raises:
        ExportGateError: a language has fewer than `count` different texts.
    """
    selected = {}
    for lang in languages:
        # Sorted by length and spread evenly: the shortest and the longest are among them.
        items = sorted(set(texts.get(lang, ())), key=lambda text: (len(text), text))
        if not items and lang in inherited:
            continue
        if len(items) < count and lang not in inherited:
            raise ExportGateError(
                "texts",
                f"different texts in {lang!r}; pass more texts, or export without the language",
                measured=len(items),
                limit=count,
            )
        number = min(count, len(items))
        spread = [items[(i * (len(items) - 1)) // max(1, number - 1)] for i in range(number)]
        # Neighbours in a batch shall differ in length.
        mixed = [text for i in range(_STRIDE) for text in spread[i::_STRIDE]]
        selected[lang] = mixed + [_join(items, size) for size in _LONG_CHARACTERS]
    return selected


_STRIDE = 29


def _join(items: Sequence[str], characters: int) -> str:
    joined = " ".join(items[:200])
    repeats = 1 + characters // max(1, len(joined))
    return (f"{joined} " * repeats)[:characters]
