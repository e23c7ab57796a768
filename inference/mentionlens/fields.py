"""Typed reading of untyped JSON, with errors that name the place: `tasks[1].labels: ...`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mentionlens.errors import BundleFormatError

__all__ = ["Fields"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"\d+(\.\d+)*")
_FILE_NAME = re.compile(r"(?!\.)[\w.-]+")


class Fields:
    """One JSON object whose fields are read one by one.

    Args:
        data: the parsed JSON value; anything but an object is refused.
        path: where the object stands in the file; empty for the whole file.

    Raises:
        BundleFormatError: from every method, when a field is not what is asked for.
    """

    def __init__(self, data: object, path: str) -> None:
        self._path = path
        if not isinstance(data, Mapping):
            raise BundleFormatError(
                f"{path or 'top level'}: expected an object, found {_show(data)}"
            )
        self._data = data
        self._read: set[str] = set()

    def error(self, name: str, message: str) -> BundleFormatError:
        """Return the error that a field of this object deserves."""
        return BundleFormatError(f"{self._at(name)}: {message}")

    def text(self, name: str, *, empty: bool = False) -> str:
        """Return a string; a blank one only where `empty` allows it."""
        value = self._get(name)
        if not isinstance(value, str) or not (empty or value.strip()):
            wanted = "a string" if empty else "a string that is not blank"
            raise self.error(name, f"expected {wanted}, found {_show(value)}")
        return value

    def texts(self, name: str, *, at_least: int) -> tuple[str, ...]:
        """Return a list of at least so many different, non-blank strings."""
        value = self._get(name)
        if (
            not isinstance(value, list)
            or len(value) < at_least
            or not all(isinstance(item, str) and item.strip() for item in value)
        ):
            raise self.error(
                name, f"expected a list of {at_least} or more strings, found {_show(value)}"
            )
        repeated = sorted({item for item in value if value.count(item) > 1})
        if repeated:
            raise self.error(name, f"the entries must differ, {repeated} stand there twice")
        return tuple(value)

    def integer(self, name: str, *, least: int | None = None) -> int:
        """Return a whole number, not smaller than `least`."""
        value = self._get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(name, f"expected a whole number, found {_show(value)}")
        if least is not None and value < least:
            raise self.error(name, f"must be {least} or more, found {value}")
        return value

    def number(
        self,
        name: str,
        *,
        above: float = -math.inf,
        least: float = -math.inf,
        most: float = math.inf,
    ) -> float:
        """Return a finite number that is > `above`, >= `least` and <= `most`."""
        value = self._get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.error(name, f"expected a number, found {_show(value)}")
        if not math.isfinite(value) or value <= above or not least <= value <= most:
            bounds = [f"above {above}" if above > -math.inf else ""]
            bounds += [f"at least {least}" if least > -math.inf else ""]
            bounds += [f"at most {most}" if most < math.inf else ""]
            limits = " and ".join(filter(None, ["finite", *bounds]))
            raise self.error(name, f"must be {limits}, found {value}")
        return float(value)

    def numbers(self, name: str, *, above: float) -> Mapping[str, float]:
        """Return an object of finite numbers > `above`; an empty one where the field is absent."""
        values = self.mapping(name, required=False)
        section = Fields(values, self._at(name))
        return {key: section.number(key, above=above) for key in values}

    def file_name(self, name: str) -> str:
        """Return the plain name of a file inside the bundle's own folder."""
        value = self.text(name)
        if not _FILE_NAME.fullmatch(value):
            raise self.error(
                name,
                f"expected the plain name of a file in the bundle's folder, found {value!r}",
            )
        return value

    def sha256(self, name: str) -> str:
        """Return a SHA-256 digest in lower-case hexadecimal."""
        value = self.text(name)
        if not _SHA256.fullmatch(value):
            raise self.error(name, f"expected 64 hexadecimal digits, found {_show(value)}")
        return value

    def version(self, name: str) -> str:
        """Return a release number such as `1.22.0`."""
        value = self.text(name)
        if not _VERSION.fullmatch(value):
            raise self.error(name, f"expected a version such as 1.22.0, found {value!r}")
        return value

    def mapping(self, name: str, *, required: bool = True) -> Mapping[str, Any]:
        """Return a free-form object; an empty one for an optional field that is absent."""
        self._read.add(name)
        if not required and name not in self._data:
            return {}
        value = self._get(name)
        if not isinstance(value, Mapping):
            raise self.error(name, f"expected an object, found {_show(value)}")
        return value

    def section(self, name: str) -> Fields:
        """Return a nested object."""
        return Fields(self._get(name), self._at(name))

    def items(self, name: str) -> list[Fields]:
        """Return a list of one or more nested objects."""
        value = self._get(name)
        if not isinstance(value, list) or not value:
            raise self.error(name, f"expected a list of one or more objects, found {_show(value)}")
        return [Fields(item, f"{self._at(name)}[{index}]") for index, item in enumerate(value)]

    def distinct(self, name: str, key: str, values: Sequence[str]) -> None:
        """Check that a field differs between the objects of a list."""
        for index, value in enumerate(values):
            first = values.index(value)
            if first != index:
                raise self.error(f"{name}[{index}].{key}", f"{value!r} is taken by {name}[{first}]")

    def finish(self) -> None:
        """Check that no field was left unread: a misspelt name must not pass for a default."""
        unknown = sorted(str(name) for name in self._data if name not in self._read)
        if unknown:
            raise self.error(unknown[0], f"unknown field; possible are {sorted(self._read)}")

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _get(self, name: str) -> object:
        self._read.add(name)
        if name not in self._data:
            raise self.error(name, "the field is missing")
        return self._data[name]


def _show(value: object) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:59] + '…'}"
