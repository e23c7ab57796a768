"""The space of a search: which settings are tried, and with which values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mentionlens_training.config import ParameterConfig, RunConfig, RunConfigError, SearchConfig
from mentionlens_training.search.settings import (
    Setting,
    SettingError,
    find_setting,
    with_settings,
)

if TYPE_CHECKING:
    from optuna import Trial

__all__ = ["Space", "open_space"]


@dataclass(frozen=True)
class _Parameter:
    """A setting, and the values that are tried."""

    setting: Setting
    config: ParameterConfig

    def suggest(self, trial: Trial) -> Any:  # noqa: ANN401 - of the setting's type
        path, config = self.setting.path, self.config
        if config.choices is not None:
            # As texts, since Optuna keeps no lists.
            texts = {json.dumps(choice): choice for choice in config.choices}
            return texts[str(trial.suggest_categorical(path, list(texts)))]
        low, high = self._bounds()
        if self.setting.number is int:
            return trial.suggest_int(path, int(low), int(high), log=config.log)
        drawn = trial.suggest_float(path, low, high, log=config.log)
        # No more digits than a person would write down.
        return min(max(float(f"{drawn:.4g}"), low), high)

    def as_it_stands(self) -> Any:  # noqa: ANN401 - as Optuna keeps it
        """Return the setting's own value as Optuna keeps it, None where it is not in the space."""
        value, choices = self.setting.value, self.config.choices
        if choices is not None:
            return next((json.dumps(choice) for choice in choices if choice == value), None)
        low, high = self._bounds()
        return value if value is not None and low <= value <= high else None

    def tried(self) -> list[Any]:
        """Return values that stand for all others: the bounds of a range, or the choices."""
        if self.config.choices is not None:
            return self.config.choices
        if self.setting.number is None:
            raise SettingError(
                f"low and high are for numbers, and this is {self.setting.value!r}; name choices"
            )
        bounds: list[Any] = list(self._bounds())
        if self.setting.number is not int:
            return bounds
        for bound in bounds:
            if not bound.is_integer():
                raise SettingError(f"{bound:g} is no whole number, as this setting must be")
        return [int(bound) for bound in bounds]

    def _bounds(self) -> tuple[float, float]:
        low, high = self.config.low, self.config.high
        # `ParameterConfig` lets a range have no open end.
        assert low is not None
        assert high is not None
        return low, high


@dataclass(frozen=True)
class Space:
    """What a search tries.

    Attributes:
        config: the run as it stands.
        search: its section `[search]`.
        parameters: the settings that are tried.
    """

    config: RunConfig
    search: SearchConfig
    parameters: tuple[_Parameter, ...]

    def suggest(self, trial: Trial) -> dict[str, Any]:
        """Draw a value for each setting: path to value."""
        return {each.setting.path: each.suggest(trial) for each in self.parameters}

    def as_it_stands(self) -> dict[str, Any]:
        """Return the settings of the run itself as Optuna keeps them, those in the space."""
        found = {each.setting.path: each.as_it_stands() for each in self.parameters}
        return {path: value for path, value in found.items() if value is not None}

    def configured(self, values: Mapping[str, Any]) -> RunConfig:
        """Return the run with some settings changed; it has no search of its own."""
        return with_settings(self.config, values)

    def touches(self, *sections: str) -> bool:
        """Tell whether a section is tried, or a part of one, or a whole that one is part of."""
        paths = [f"{each.setting.path}." for each in self.parameters]
        wholes = [f"{section}." for section in sections]
        return any(a.startswith(b) or b.startswith(a) for a in paths for b in wholes)


def open_space(config: RunConfig, where: str) -> Space:
    """Check the section `[search]` of a run against the run itself.

    Args:
        config: of the run.
        where: names its file in errors.

    Raises:
        RunConfigError: there is no such section, it names a setting that the run has not, or a
            value that the setting cannot have.
    """
    if config.search is None:
        raise RunConfigError(
            f"{where}: --trials needs a section [search], with the values to try of one setting or "
            'more: [search.space."stages.0.optimization.learning_rate"] with low, high and log, or '
            "with choices"
        )
    parameters = []
    for path, values in config.search.space.items():
        field = f'search.space."{path}"'
        try:
            parameter = _Parameter(find_setting(config, path), values)
            for value in parameter.tried():
                _check(config, path, value)
        except SettingError as error:
            raise RunConfigError(f"{where}: field {field!r}: {error}") from error
        parameters.append(parameter)
    return Space(config, config.search, tuple(parameters))


def _check(config: RunConfig, path: str, value: object) -> None:
    try:
        with_settings(config, {path: value})
    except SettingError as error:
        raise SettingError(f"{value!r} is not possible: {error}") from error
