"""Which corpora a call means: by policy, by use, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.corpora.ledger import permitted
from mentionlens_data.errors import LedgerError

__all__ = ["choose_corpora"]


def choose_corpora(
    ledger: Mapping[str, LedgerEntry], *, policy: str, names: Sequence[str] | None = None
) -> list[LedgerEntry]:
    """Return the corpora to prepare, in alphabetical order.

    Args:
        ledger: entries by name.
        policy: licence classes to let in, see `ledger.POLICIES`.
        names: corpora to take, which may be auxiliary sets and probes; by default every set whose
            use is training.

    Raises:
        LedgerError: an unknown policy or corpus, a named corpus that has no mapping, or none is
            left that the policy permits.
    """
    classes = permitted(policy)
    if names is None:
        chosen = [entry for entry in ledger.values() if entry.use == "training"]
    else:
        unknown = sorted(set(names) - set(ledger))
        if unknown:
            known = ", ".join(sorted(ledger))
            raise LedgerError(f"no corpora {unknown} in the ledger; known: {known}")
        chosen = [ledger[name] for name in sorted(set(names))]
        for entry in chosen:
            if not entry.preparable:
                raise LedgerError(
                    f"corpus {entry.name!r} is never prepared (use = {entry.use}): {entry.reason}"
                )
    chosen = [entry for entry in chosen if entry.policy in classes]
    if not chosen:
        raise LedgerError(f"the policy {policy!r} permits none of the corpora that were asked for")
    return sorted(chosen, key=lambda entry: entry.name)
