"""One promotion at a time: a lock in the registry itself, which all machines share.

MLflow cannot move an alias on the condition that it still points where it did. What it can do
once only is to make a registered model of a name; so whoever makes `<name>.<alias>.lock` holds the
lock, and deletes it again after the few calls that move the alias and record it.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from mentionlens_training.promotion.errors import AliasLockedError
from mentionlens_training.tracking.store import is_missing

if TYPE_CHECKING:
    from mlflow import MlflowClient

__all__ = ["LEFT_BEHIND", "alias_lock", "lock_name"]

LEFT_BEHIND = 60.0
"""Seconds after which a lock counts as left behind by a process that was killed."""

_WAIT, _PAUSE = 30.0, 0.1
_OWNER = "mentionlens.owner"


def lock_name(name: str, alias: str) -> str:
    """Return the name of the registered model that is the lock."""
    return f"{name}.{alias}.lock"


@contextlib.contextmanager
def alias_lock(
    client: MlflowClient, name: str, alias: str, *, wait: float = _WAIT
) -> Iterator[Callable[[], None]]:
    """Hold the lock of an alias.

    Args:
        client: of the registry.
        name: of the registered model.
        alias: to be moved.
        wait: seconds for somebody else to be done.

    Yields:
        A check, to be made right before the alias moves: raises AliasLockedError where somebody
        took this lock for one that was left behind.

    Raises:
        AliasLockedError: somebody else is not done in time.
    """
    lock, owner = lock_name(name, alias), uuid.uuid4().hex
    end = time.monotonic() + wait
    while not _made(client, lock, owner):
        _remove_left_behind(client, lock)
        if time.monotonic() > end:
            raise AliasLockedError(
                f"another promotion has been moving {name}@{alias} for {wait:g} s; try again. If "
                f"it was killed, delete the registered model {lock!r}"
            )
        time.sleep(_PAUSE)

    def check() -> None:
        if _owner(client, lock) != owner:
            raise AliasLockedError(
                f"moving {name}@{alias} took longer than {LEFT_BEHIND:g} s, and another promotion "
                "went ahead; nothing was moved, try again"
            )

    try:
        yield check
    finally:
        if _owner(client, lock) == owner:
            client.delete_registered_model(lock)


def _made(client: MlflowClient, lock: str, owner: str) -> bool:
    import mlflow

    try:
        client.create_registered_model(
            lock,
            tags={_OWNER: owner},
            description="An alias is being moved at this moment; this goes away by itself.",
        )
    except mlflow.MlflowException as error:
        if error.error_code == "RESOURCE_ALREADY_EXISTS":
            return False
        raise
    return True


def _owner(client: MlflowClient, lock: str) -> str | None:
    found = _found(client, lock)
    return None if found is None else str(found.tags.get(_OWNER))


def _remove_left_behind(client: MlflowClient, lock: str) -> None:
    found = _found(client, lock)
    if found is None or time.time() - found.creation_timestamp / 1000 < LEFT_BEHIND:
        return
    import mlflow

    # Another name first: of several that find it, one only can give it away.
    aside = f"{lock}.{uuid.uuid4().hex}"
    with contextlib.suppress(mlflow.MlflowException):
        client.rename_registered_model(lock, aside)
        client.delete_registered_model(aside)


def _found(client: MlflowClient, lock: str) -> Any:  # noqa: ANN401 - MLflow's
    import mlflow

    try:
        return client.get_registered_model(lock)
    except mlflow.MlflowException as error:
        if is_missing(error):
            return None
        raise
