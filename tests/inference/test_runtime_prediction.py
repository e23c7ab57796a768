"""The shape of an answer."""

import copy
import dataclasses
import json
import pickle

import pytest
from mentionlens import Prediction, TaskPrediction

ANSWER = TaskPrediction("yes", 0.87654321, {"no": 0.12345679, "yes": 0.87654321})
PREDICTION = Prediction("Ну и ну", {"troll": ANSWER, "topic": ANSWER}, ("long",), "7")


def test_tasks_are_attributes():
    assert PREDICTION.troll is ANSWER
    assert PREDICTION.topic.label == "yes"


@pytest.mark.parametrize("name", ["sentiment", "_tasks", "__len__"])
def test_another_attribute_is_an_error(name):
    assert not hasattr(PREDICTION, name)


def test_the_error_names_the_tasks():
    with pytest.raises(AttributeError, match=r"no task 'sentiment'.*\['troll', 'topic'\]"):
        _ = PREDICTION.sentiment


def test_the_one_shape():
    task = {"label": "yes", "score": 0.876543, "probabilities": {"no": 0.123457, "yes": 0.876543}}
    assert PREDICTION.to_dict() == {
        "id": "7",
        "text": "Ну и ну",
        "troll": task,
        "topic": task,
        "flags": ["long"],
    }
    assert list(PREDICTION.to_dict()) == ["id", "text", "troll", "topic", "flags"]
    assert json.loads(json.dumps(PREDICTION.to_dict())) == PREDICTION.to_dict()


def test_without_an_id():
    assert list(Prediction("a", {"troll": ANSWER}).to_dict()) == ["text", "troll", "flags"]


def test_the_one_shape_is_read_back():
    shape = PREDICTION.to_dict()
    again = Prediction.from_dict(json.loads(json.dumps(shape)))
    assert (again.text, again.flags, again.id) == (PREDICTION.text, ("long",), "7")
    assert list(again.tasks) == ["troll", "topic"]
    assert again.troll.probabilities == {"no": 0.123457, "yes": 0.876543}
    assert again.to_dict() == shape
    assert Prediction.from_dict(Prediction("a", {"troll": ANSWER}).to_dict()).id is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": None}, "text: expected a string"),
        ({"flags": "long"}, "flags: expected a list"),
        ({"id": 7}, "id: expected a string"),
        ({"troll": "yes"}, "troll: expected an object"),
        ({"troll": {"label": "yes", "score": 0.9}}, "troll: .*probabilities"),
        ({"troll": {"label": "yes", "score": "high", "probabilities": {}}}, "troll: .*high"),
    ],
)
def test_another_shape_is_not_read_back(change, said):
    with pytest.raises(ValueError, match=said):
        Prediction.from_dict({**PREDICTION.to_dict(), **change})


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_it_pickles(protocol):
    again = pickle.loads(pickle.dumps(PREDICTION, protocol))
    assert again == PREDICTION
    assert again.troll == ANSWER


def test_it_copies():
    assert copy.copy(PREDICTION) == PREDICTION
    deep = copy.deepcopy(PREDICTION)
    assert deep == PREDICTION
    assert deep.troll is not ANSWER


def test_it_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        PREDICTION.text = "other"
    with pytest.raises(dataclasses.FrozenInstanceError):
        ANSWER.label = "no"
