"""Text that goes through a spreadsheet and comes back as it was.

A cell that begins with one of `= + - @`, a tab or a line end may be taken for a formula
(https://owasp.org/www-community/attacks/CSV_Injection). Such cells get an apostrophe in front, and
so do cells that begin with an apostrophe of their own: taking one away restores every text.
"""

from __future__ import annotations

__all__ = ["neutralise", "restore"]

# The full-width forms are read as formulas by spreadsheets with East Asian input.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")


def neutralise(text: str) -> str:
    """Return the text as a cell that no spreadsheet runs."""
    return "'" + text if text.startswith(_DANGEROUS) else text


def restore(cell: str) -> str:
    """Return the text of a cell that `neutralise` made; other cells as they are."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_DANGEROUS) else cell
