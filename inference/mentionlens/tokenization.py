"""From a raw mention to the windows of token ids that the graph reads: the one path of all."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mentionlens.bundle import Bundle
from mentionlens.errors import BundleFormatError
from mentionlens.manifest import LongTextSpec, NormalizerSpec, RomanizationSpec, TokenizerSpec
from mentionlens.normalization import TextNormalizer
from mentionlens.romanization import RomanizationReader

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["EncodedText", "TextEncoder"]

# Characters of one piece, generously: a bound on the work, met only by texts that are cut anyway.
_CHARACTERS_PER_PIECE = 24


@dataclass(frozen=True, slots=True)
class EncodedText:
    """A mention as the graph reads it.

    Attributes:
        windows: one or more rows of token ids, special pieces and prefix included, each of at
            most `max_length`.
        weights: for each window its number of content pieces, at least 1: its share in the
            average over the windows.
        flags: `romanized` (typed in Latin letters, and read in Cyrillic), `empty` (nothing
            was left to read but the prefix), `truncated` (pieces beyond the last window were
            dropped), `long` (more than one window).
    """

    windows: tuple[tuple[int, ...], ...]
    weights: tuple[int, ...]
    flags: tuple[str, ...]


class TextEncoder:
    """Normalises, tokenises and cuts mentions the way a bundle's manifest says.

    Safe to call from many threads. A text that is empty after normalisation gives one window of
    the prefix alone (or of the special pieces alone) and the flag `empty`.

    Args:
        bundle: the checked bundle.

    Attributes:
        normalizer: the text normaliser.
        prefix: text put before every mention.
        max_length: pieces of one window at most.
        max_windows: windows of one mention at most.
        padding_id: id that fills the short rows of a batch; the attention mask hides it.

    Raises:
        BundleFormatError: the tokenizer cannot be read, or `max_length` leaves no room for text.
    """

    def __init__(self, bundle: Bundle) -> None:
        manifest = bundle.manifest
        self._set_up(
            bundle.tokenizer_path,
            manifest.normalizer,
            manifest.tokenizer,
            manifest.long_text,
            manifest.romanization,
        )

    @classmethod
    def from_specs(
        cls,
        tokenizer_path: str | os.PathLike[str],
        normalizer: NormalizerSpec,
        tokenizer: TokenizerSpec,
        long_text: LongTextSpec | None = None,
        romanization: RomanizationSpec | None = None,
    ) -> TextEncoder:
        """Make the encoder of a bundle that is still to be written, for training.

        Only `max_length` and `prefix` of `tokenizer` are used. Raises as the constructor does.
        """
        encoder = cls.__new__(cls)
        encoder._set_up(
            Path(tokenizer_path),
            normalizer,
            tokenizer,
            long_text or LongTextSpec(),
            romanization or RomanizationSpec(),
        )
        return encoder

    def _set_up(
        self,
        path: Path,
        normalizer: NormalizerSpec,
        spec: TokenizerSpec,
        long_text: LongTextSpec,
        romanization: RomanizationSpec,
    ) -> None:
        self.normalizer = TextNormalizer(normalizer.version, normalizer.options)
        self.max_length = spec.max_length
        self.prefix = spec.prefix
        self.max_windows = long_text.max_windows
        self._tokenizer, self.padding_id = _open_tokenizer(path)
        self._romanization = RomanizationReader(self._tokenizer, romanization.languages)
        self._start, self._end = _special_pieces(self._tokenizer)
        self._prefix_end = len(spec.prefix.rstrip())
        self._capacity = spec.max_length - len(self._start) - len(self._end)
        prefix_pieces = self._count_prefix(self._encode(spec.prefix)) if spec.prefix else 0
        if self._capacity <= prefix_pieces:
            raise BundleFormatError(
                f"tokenizer.max_length: {spec.max_length} pieces leave no room for text after "
                f"{len(self._start) + len(self._end)} special and {prefix_pieces} prefix pieces"
            )
        self._most_characters = self.max_windows * self.max_length * _CHARACTERS_PER_PIECE

    def encode(self, text: str, lang: str | None = None) -> EncodedText:
        """Return the windows of one mention.

        Args:
            text: as it was written.
            lang: ISO 639-1 code, where it is known: tells what was typed in Latin letters.

        The time is linear in the length of the text, and what is tokenised is bounded: characters
        beyond 24 for each piece that can be read are dropped, with the flag `truncated`.

        Raises:
            InputError: `text` is not a string.
        """
        text = self.normalizer.normalize(text)
        truncated = len(text) > self._most_characters
        text = text[: self._most_characters]
        reading = self._romanization.read(text, lang)
        notes = ["romanized"] if reading else []
        encoding = self._encode(self.prefix + (reading.text if reading else text))
        ids: list[int] = encoding.ids
        head = self._count_prefix(encoding)
        if len(ids) <= self._capacity:
            flags = notes + ((["truncated"] if truncated else []) if text else ["empty"])
            return EncodedText((self._window(ids),), (max(1, len(ids) - head),), tuple(flags))
        room = self._capacity - head
        content = ids[head:]
        truncated = truncated or len(content) > self.max_windows * room
        parts = [content[i : i + room] for i in range(0, len(content), room)][: self.max_windows]
        flags = notes + (["long"] if len(parts) > 1 else [])
        flags += ["truncated"] if truncated else []
        windows = tuple(self._window(ids[:head] + part) for part in parts)
        return EncodedText(windows, tuple(len(part) for part in parts), tuple(flags))

    def _encode(self, text: str) -> Any:  # noqa: ANN401 - tokenizers has no types
        return self._tokenizer.encode(text, add_special_tokens=False)

    def _count_prefix(self, encoding: Any) -> int:  # noqa: ANN401 - tokenizers has no types
        """Count the leading pieces that start inside the prefix."""
        count = 0
        for start, _ in encoding.offsets:
            if start >= self._prefix_end:
                break
            count += 1
        return count

    def _window(self, pieces: list[int]) -> tuple[int, ...]:
        # A tokenizer without special pieces may have nothing at all for an empty text.
        return (*self._start, *pieces, *self._end) or (self.padding_id,)


def _open_tokenizer(path: Path) -> tuple[Tokenizer, int]:
    """Return the tokenizer, with nothing switched on, and the id of its padding piece."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception
        raise BundleFormatError(f"{path}: tokenizers cannot read the file ({error})") from error
    stored = tokenizer.padding
    known = (tokenizer.token_to_id(name) for name in ("<pad>", "[PAD]"))
    padding_id = stored["pad_id"] if stored else next((i for i in known if i is not None), 0)
    # Files remember the padding and truncation of whoever saved them.
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer, int(padding_id)


def _special_pieces(tokenizer: Tokenizer) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the ids that the tokenizer's own post-processor puts before and after a text."""
    encoding = tokenizer.encode("a")
    ids, special = encoding.ids, encoding.special_tokens_mask
    if 0 not in special:
        return (), ()
    first = special.index(0)
    last = len(special) - special[::-1].index(0)
    return tuple(ids[:first]), tuple(ids[last:])
