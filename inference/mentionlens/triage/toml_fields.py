"""Typed reading of a playbook's tables; what is wrong and where is told as in a manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mentionlens.fields import Fields

__all__ = ["TomlFields"]


class TomlFields(Fields):
    """One table, with what manifests have no need of: optional fields, truth values and lists.

    Raises:
        BundleFormatError: from every method; who reads a playbook gives it the file's name.
    """

    def has(self, name: str) -> bool:
        """Tell whether the field is there."""
        return name in self._data

    def at(self, name: str) -> str:
        """Return where a field stands."""
        return self._at(name)

    def truth(self, name: str, *, default: bool) -> bool:
        """Return true or false."""
        if not self.has(name):
            return default
        value = self._get(name)
        if not isinstance(value, bool):
            raise self.error(name, f"expected true or false, found {value!r}")
        return value

    def text_or_texts(self, name: str) -> tuple[str, ...]:
        """Return one string as the only one of several."""
        if isinstance(self._data.get(name), str):
            return (self.text(name),)
        return self.texts(name, at_least=1)

    def is_text(self, name: str) -> bool:
        """Tell whether the field is a string."""
        return isinstance(self._data.get(name), str)

    def values(self, name: str) -> list[object]:
        """Return a list of anything."""
        value = self._get(name)
        if not isinstance(value, list):
            raise self.error(name, f"expected a list, found {value!r}")
        return value

    def tables(self, name: str) -> list[TomlFields]:
        """Return a list of one or more tables."""
        values = self.values(name)
        if not values:
            raise self.error(name, "expected one table or more, found none")
        return [TomlFields(item, f"{self.at(name)}[{place}]") for place, item in enumerate(values)]

    def table(self, name: str, *, required: bool = True) -> TomlFields:
        """Return a nested table; an empty one for an optional field that is absent."""
        return TomlFields(self.mapping(name, required=required), self.at(name))

    def names(self) -> Sequence[str]:
        """Return the names of the fields, in order."""
        assert isinstance(self._data, Mapping)
        return [str(name) for name in self._data]

    def known(self, name: str, found: str, possible: Sequence[str] | Mapping[str, object]) -> str:
        """Return a name that there is."""
        if found not in possible:
            shown = ", ".join(possible) or "none"
            raise self.error(name, f"there is no {found!r}; possible are {shown}")
        return found
