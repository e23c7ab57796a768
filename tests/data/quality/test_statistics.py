from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.quality.statistics import collect_statistics, quantile
from mentionlens_data.tasks import default_tasks
from mentionlens_data.text_traits import SCRIPTS
from quality_sets import mention

TASKS = {task.name: task.labels for task in default_tasks()}


def test_handles_links_and_hashtags_have_no_script() -> None:
    text = "@best_shop Работи! https://example.org/shop #bestshop"
    statistics = collect_statistics([mention("1", text, lang="bg")], TASKS)
    assert statistics.languages["bg"].scripts["Cyrillic"] == 1


@given(st.lists(st.tuples(st.text(), st.sampled_from(["pl", "bg", "und"])), max_size=20))
def test_every_row_is_counted_once_in_everything(rows: list[tuple[str, str]]) -> None:
    statistics = collect_statistics(
        (mention(str(i), text, lang=lang) for i, (text, lang) in enumerate(rows)), TASKS
    )
    assert statistics.rows == sum(statistics.splits.values()) == len(rows)
    for found in statistics.languages.values():
        assert set(found.scripts) == set(SCRIPTS)
        assert sum(found.scripts.values()) == found.rows
        assert sum(n for n, _ in found.agreement.by_length.values()) == found.rows
        assert sum(found.labels["sentiment"]["negative"].values()) == found.rows
    json.dumps(statistics.to_dict())


@given(st.dictionaries(st.integers(0, 50), st.integers(1, 9), min_size=1), st.floats(0.01, 1))
def test_quantiles_are_those_of_the_sorted_values(counts: dict[int, int], share: float) -> None:
    values = sorted(v for value, n in counts.items() for v in [value] * n)
    found = quantile(counts, share)
    assert sum(v <= found for v in values) >= share * len(values) - 1e-9
    assert found in counts
