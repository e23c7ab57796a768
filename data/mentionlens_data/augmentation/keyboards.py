"""Which keys lie next to each other on the keyboards of a language."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Mapping

from mentionlens_data.augmentation.diacritics import without_marks
from mentionlens_data.augmentation.table_files import read_table

__all__ = ["LANGUAGES", "layouts", "neighbours", "slip_of"]

# How far a row is shifted against the top one, in keys.
_SHIFTS = (0.0, 0.25, 0.75)

LANGUAGES = frozenset(read_table("keyboards")["languages"])


def layouts(lang: str, text: str) -> list[str]:
    """Return the layouts of a language that a text could have been typed on.

    These are the ones that hold the script of most of its letters; where the language has none
    of that script, the Latin text of a Cyrillic language was typed on `qwerty`.
    """
    cyrillic = sum("Ѐ" <= c <= "ԯ" for c in text)
    is_cyrillic = 2 * cyrillic > sum(map(str.isalpha, text))
    names = read_table("keyboards")["languages"].get(lang, [])
    fitting = [name for name in names if _is_cyrillic(name) == is_cyrillic]
    return fitting or ([] if is_cyrillic or not names else ["qwerty"])


@functools.cache
def neighbours(layout: str, lang: str) -> Mapping[str, str]:
    """Return each lower-case letter of a layout with the letters of the keys that touch its own."""
    places = {
        letter: (number, column + _SHIFTS[number])
        for number, row in enumerate(read_table("keyboards")["layouts"][layout])
        for column, letter in enumerate(row)
        if letter != " "
    }
    table = {
        letter: "".join(
            other
            for other, (row, column) in places.items()
            if other != letter
            and abs(row - places[letter][0]) <= 1
            # In the same row the next key, in another the keys that overlap.
            and abs(column - places[letter][1]) <= (1.0 if row == places[letter][0] else 0.8)
        )
        for letter in places
    }
    table.update(read_table("keyboards")["missed"].get(lang, {}))
    return table


def slip_of(letter: str, layout: str, lang: str) -> str:
    """Return the letters that a slip may give for a lower-case letter; '' where none is known.

    A letter that is no key of its own is made of a key and a mark, and the mark is missed.
    """
    table = neighbours(layout, lang)
    if letter in table:
        return table[letter]
    bare = without_marks(unicodedata.normalize("NFC", letter))
    return bare if len(bare) == 1 and bare != letter else ""


def _is_cyrillic(layout: str) -> bool:
    rows: list[str] = read_table("keyboards")["layouts"][layout]
    return "Ѐ" <= rows[1][0] <= "ԯ"
