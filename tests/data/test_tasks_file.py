"""A file of tasks of one's own has the form of the one that is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mentionlens_data.errors import TasksError
from mentionlens_data.tasks import default_tasks, load_tasks

MINE = """
[[tasks]]
name = "complaint"
labels = ["none", "product", "packaging"]
taken_from = { packaging = ["product"] }

[[tasks]]
name = "intent"
labels = ["question", "suggestion", "praise", "complaint", "other"]
"""


def test_new_tasks_and_labels_are_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    complaint, intent = load_tasks(path)
    assert complaint.labels == ("none", "product", "packaging")
    assert complaint.taken_from == {"packaging": ("product",)}
    assert intent.name == "intent"


def test_the_shipped_file_is_of_the_same_form(tmp_path: Path) -> None:
    import mentionlens_data

    shipped = Path(mentionlens_data.__file__).parent / "tasks.toml"
    assert load_tasks(shipped) == default_tasks()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected"),
        ("tasks = 3", "expected"),
        ("[[tasks]]\nlabels = ['a', 'b']", "needs a name"),
        ("[[tasks]]\nname = 'two words'\nlabels = ['a', 'b']", "'two words'"),
        ("[[tasks]]\nname = 'a'\nlabels = ['x']", "two or more different labels"),
        ("[[tasks]]\nname = 'a'\nlabels = ['x', 'x']", "two or more different labels"),
        ("[[tasks]]\nname = 'a'\nlabels = ['x', 'y']\nlabel = 1", "unknown fields"),
        ("[[tasks]]\nname = 'a'\nlabels = ['x', 'y']\ntaken_from = { z = ['x'] }", "'z'"),
        ("[[tasks]]\nname = 'a'\nlabels = ['x', 'y']\ntaken_from = { x = ['q'] }", "'q'"),
        ("[[tasks]]\nname = 'a'\nlabels = ['x', 'y']\ntaken_from = 3", "taken_from"),
        (
            "[[tasks]]\nname = 'a'\nlabels = ['x', 'y']\n"
            "false_alarms = [{ label = 'q', slice = 's' }]",
            "'q'",
        ),
        ("[[tasks]", "not TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TasksError, match=message) as caught:
        load_tasks(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TasksError, match="cannot be read"):
        load_tasks(tmp_path / "none.toml")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(),
        st.builds(
            "[[tasks]]\nname = {!r}\nlabels = {!r}".format,
            st.text(max_size=6),
            st.lists(st.text(max_size=4), max_size=4),
        ),
    )
)
def test_any_text_gives_tasks_or_a_named_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        tasks = load_tasks(path)
    except TasksError:
        return
    assert all(len(set(task.labels)) == len(task.labels) >= 2 for task in tasks)
