"""The classifier on the tiny bundle: a real tokenizer and a real graph."""

import json
import multiprocessing
import pickle
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens import Bundle, InputError, MentionClassifier
from mentionlens.batching import padded_batches
from mentionlens.tokenization import TextEncoder
from tiny_bundle import COMMITTED, TASKS, edit_manifest

CLASSIFIER = MentionClassifier(COMMITTED, threads=1)
TEXTS = [
    "Paczka miała być w piątek, jest środa i cisza.",
    "😡",
    "",
    "Где мои деньги? " * 20,
    "Mulțumesc!",
    "не работи",
    "@Пётр https://t.co/abc",
    "gracias " * 9,
]


def numbers(prediction):
    """All probabilities in one row, for comparisons."""
    return np.array([p for task in prediction.tasks.values() for p in task.probabilities.values()])


def test_one_mention():
    prediction = CLASSIFIER.predict(TEXTS[0])
    assert prediction.text == TEXTS[0]
    assert list(prediction.tasks) == list(TASKS)
    for name, labels in TASKS.items():
        answer = getattr(prediction, name)
        assert list(answer.probabilities) == labels
        assert sum(answer.probabilities.values()) == pytest.approx(1)
        assert answer.score == max(answer.probabilities.values())
        assert answer.probabilities[answer.label] == answer.score


def test_the_probabilities_are_those_of_the_graph():
    """Recompute one answer from the graph itself, with nothing of the classifier's path."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(COMMITTED / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    ids = np.array([tokenizer.encode("query: Paczka nie").ids])
    session = onnxruntime.InferenceSession(str(COMMITTED / "model.onnx"))
    feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    prediction = CLASSIFIER.predict(" Paczka \n nie")
    raw = CLASSIFIER.logits(["Paczka nie"])
    for task in CLASSIFIER.manifest.tasks:
        logits = session.run([task.output], feed)[0][0].astype(np.float64)
        np.testing.assert_allclose(raw[task.name], [logits], atol=1e-5)
        exponents = np.exp(logits / task.temperature)
        expected = dict(zip(task.labels, exponents / exponents.sum(), strict=True))
        assert prediction.tasks[task.name].probabilities == pytest.approx(expected, abs=1e-5)


def test_windows_are_averaged_by_their_pieces():
    text = "paczka nie " * 10 + "ж"
    encoded = TextEncoder(Bundle.load(COMMITTED)).encode(text)
    assert len(encoded.windows) == 2 and len(set(encoded.weights)) == 2
    rows = CLASSIFIER.predict([text, text + "!"])
    assert rows[0].flags[:1] == ("long",)
    # The same two windows as texts of their own.
    parts = [CLASSIFIER.predict("paczka nie " * 7), CLASSIFIER.predict("paczka nie " * 3 + "ж")]
    weights = [28, 14]
    assert list(encoded.weights) == weights
    expected = np.average([numbers(part) for part in parts], axis=0, weights=weights)
    np.testing.assert_allclose(numbers(rows[0]), expected, atol=1e-6)


@pytest.mark.parametrize("batch_size", [1, 2, 7, 64])
def test_one_and_many_are_the_same(batch_size):
    alone = [CLASSIFIER.predict(text) for text in TEXTS]
    many = list(CLASSIFIER.predict_iter(TEXTS, batch_size))
    assert [row.text for row in many] == TEXTS
    for one, other in zip(alone, many, strict=True):
        np.testing.assert_allclose(numbers(one), numbers(other), atol=1e-5)
        assert one.flags == other.flags
    logits = CLASSIFIER.logits(TEXTS, batch_size)
    for name, values in CLASSIFIER.logits(iter(TEXTS), 3).items():
        assert values.shape == (len(TEXTS), len(TASKS[name]))
        np.testing.assert_allclose(values, logits[name], atol=1e-5)


@given(st.lists(st.text(max_size=60) | st.sampled_from(TEXTS), max_size=20))
def test_any_list_is_answered_in_order(texts):
    rows = CLASSIFIER.predict(texts)
    assert [row.text for row in rows] == texts
    assert all(np.isfinite(numbers(row)).all() for row in rows)


def test_equal_texts_get_equal_answers():
    rows = CLASSIFIER.predict(["ab", "не", "ab"] * 50)
    assert len({json.dumps(row.to_dict()) for row in rows}) == 2


def test_nothing_gives_nothing():
    assert CLASSIFIER.predict([]) == []
    assert {name: value.shape for name, value in CLASSIFIER.logits([]).items()} == {
        name: (0, len(labels)) for name, labels in TASKS.items()
    }


def test_a_stream_is_read_as_it_is_answered():
    taken = []
    endless = (taken.append(number) or f"paczka {number}" for number in count())
    rows = list(islice(CLASSIFIER.predict_iter(endless, batch_size=4), 10))
    assert [row.text for row in rows] == [f"paczka {number}" for number in range(10)]
    assert len(taken) <= 4 * 8


def test_huge_texts_are_not_read_ahead():
    taken = []
    stream = (taken.append(number) or "ab " * 350_000 for number in range(100))
    next(CLASSIFIER.predict_iter(stream))
    assert len(taken) == 1


@given(
    st.lists(st.integers(1, 200), max_size=60), st.integers(1, 20), st.sampled_from([64, 200, 4096])
)
def test_batches_hold_every_row_once_within_their_limits(lengths, batch_size, pieces):
    windows = [[0] * length for length in lengths]
    batches = list(padded_batches(windows, batch_size, pieces))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        assert 1 <= len(batch) <= batch_size
        assert len(batch) == 1 or len(batch) * max(lengths[index] for index in batch) <= pieces


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("", {"empty"}),
        (" \t\x00", {"empty"}),
        ("\ud800", set()),
        ("a\x00b", set()),
        ("😡👍❤️", set()),
        ("ж" * 100_000, set()),
        ("paczka nie " * 10, {"long"}),
        ("ab " * 350_000, {"long", "truncated"}),
        ("x" * 3 + "\ud83d" * 1_000_000, set()),
    ],
    ids=["empty", "blank", "surrogate", "NUL", "emoji", "repeats", "long", "1 MB", "1 MB invalid"],
)
def test_every_text_is_answered(text, flags):
    prediction = CLASSIFIER.predict(text)
    assert prediction.text == text
    assert {flag for flag in prediction.flags if ":" not in flag} == flags
    assert np.isfinite(numbers(prediction)).all()


def test_mappings_carry_id_and_language():
    rows = CLASSIFIER.predict(
        [
            {"text": "ab", "id": "x", "lang": "pl"},
            {"text": "ab", "id": 7, "lang": "pt-BR"},
            {"text": "ab", "lang": None, "other": 1},
            {"text": "ab", "lang": "PL"},
            {"text": "ab", "lang": "ro_MD"},
        ]
    )
    assert [row.id for row in rows] == ["x", "7", None, None, None]
    unsupported = [[f for f in row.flags if f.startswith("unsupported")] for row in rows]
    assert unsupported == [[], ["unsupported_language:pt-BR"], [], [], []]
    assert CLASSIFIER.predict({"text": "ab", "id": "1"}).to_dict()["id"] == "1"


def test_unsure_answers_are_flagged(tiny_bundle):
    def change(manifest):
        for task, threshold in zip(manifest["tasks"], [1.0, 0.0, 1.0], strict=True):
            task["low_confidence"] = threshold

    classifier = MentionClassifier(edit_manifest(tiny_bundle, change))
    assert classifier.predict("ab").flags == (
        "low_confidence:sentiment",
        "low_confidence:complaint",
    )


def test_the_temperature_changes_scores_and_no_label(tiny_bundle):
    before = MentionClassifier(tiny_bundle).predict(TEXTS[0])
    edit_manifest(tiny_bundle, lambda manifest: manifest["tasks"][0].update(temperature=100.0))
    classifier = MentionClassifier(tiny_bundle)
    after = classifier.predict(TEXTS[0])
    assert after.sentiment.label == before.sentiment.label
    assert after.sentiment.score == pytest.approx(1 / 3, abs=0.05)
    assert after.troll == before.troll
    plain = CLASSIFIER.logits(TEXTS)["sentiment"]
    np.testing.assert_allclose(classifier.logits(TEXTS)["sentiment"], plain, atol=1e-6)


def test_a_language_has_its_own_temperature(tiny_bundle):
    plain = MentionClassifier(tiny_bundle).predict(TEXTS[0])

    def change(manifest):
        manifest["tasks"][0]["language_temperatures"] = {"pt": 100.0}

    classifier = MentionClassifier(edit_manifest(tiny_bundle, change))
    # The same text in one call: it is read once, and answered for each language.
    langs = ["pt", None, "pt-BR", "ro", "PT"]
    answers = classifier.predict([{"text": TEXTS[0], "lang": lang} for lang in langs])
    flat = [answer.sentiment.score == pytest.approx(1 / 3, abs=0.05) for answer in answers]
    assert flat == [True, False, True, False, True]
    assert {answer.sentiment.label for answer in answers} == {plain.sentiment.label}
    assert answers[1].sentiment == plain.sentiment == answers[3].sentiment
    assert answers[0].troll == plain.troll


def test_a_new_task_needs_no_code(tiny_bundle):
    def change(manifest):
        manifest["tasks"] = [manifest["tasks"][2] | {"name": "topic", "labels": list("abcdefghi")}]

    prediction = MentionClassifier(edit_manifest(tiny_bundle, change)).predict("ab")
    assert list(prediction.tasks) == ["topic"]
    assert prediction.topic.label in "abcdefghi"


@pytest.mark.parametrize(
    ("mentions", "message"),
    [
        (["a", None], "mention 1: .*NoneType"),
        (["a", b"bytes"], "mention 1: .*bytes"),
        ([3], "mention 0: .*int"),
        ([{"id": "7"}], r"mention 0: `text` must be a string, found the keys \['id'\]"),
        ([{"text": None}], "mention 0: `text` must be a string, found NoneType"),
        ([{"text": "a", "id": 1.5}], "mention 0: `id` must be .* found float"),
        ([{"text": "a", "id": True}], "mention 0: `id` must be .* found bool"),
        ([{"text": "a", "lang": 1}], "mention 0: `lang` must be a string, found int"),
        (None, "expected an iterable of mentions.*NoneType"),
        (b"bytes", "expected an iterable of mentions.*bytes"),
        (7, "expected an iterable of mentions.*int"),
    ],
)
def test_what_is_no_mention_is_named(mentions, message):
    with pytest.raises(InputError, match=message):
        CLASSIFIER.predict(mentions)
    assert issubclass(InputError, ValueError)


def test_the_index_counts_through_the_whole_stream():
    stream = [*(str(number) for number in range(1000)), None]
    with pytest.raises(InputError, match="mention 1000: "):
        list(CLASSIFIER.predict_iter(stream, batch_size=8))


@pytest.mark.parametrize("call", [CLASSIFIER.predict_iter, CLASSIFIER.logits])
def test_a_stream_is_no_single_text(call):
    with pytest.raises(InputError, match="expected an iterable of mentions"):
        call("ab")
    with pytest.raises(ValueError, match="batch_size must be 1 or more"):
        call(["ab"], batch_size=0)


def test_labels_come_from_the_manifest():
    assert CLASSIFIER.labels("sentiment") == ("negative", "neutral", "positive")
    with pytest.raises(KeyError, match="no task 'mood'; possible are"):
        CLASSIFIER.labels("mood")
    assert CLASSIFIER.manifest.name == "tiny"


def test_many_threads_share_one_classifier():
    classifier = MentionClassifier(COMMITTED, threads=1)
    expected = [numbers(CLASSIFIER.predict(text)) for text in TEXTS]
    start = threading.Barrier(8)

    def work(_):
        start.wait()
        return [numbers(classifier.predict(text)) for text in TEXTS]

    with ThreadPoolExecutor(8) as pool:
        for rows in pool.map(work, range(8)):
            for row, value in zip(rows, expected, strict=True):
                np.testing.assert_allclose(row, value, atol=1e-6)


def test_it_pickles_by_path():
    classifier = MentionClassifier(COMMITTED, threads=1)
    classifier.predict("ab")
    pickled = pickle.dumps(classifier)
    assert len(pickled) < 1000
    again = pickle.loads(pickled)
    assert again.predict(TEXTS[0]) == classifier.predict(TEXTS[0])
    assert repr(again) == repr(classifier)


def test_a_pickle_works_in_another_process(tmp_path):
    path = tmp_path / "classifier.pickle"
    path.write_bytes(pickle.dumps(CLASSIFIER))
    code = (
        "import json, pathlib, pickle, sys\n"
        "classifier = pickle.loads(pathlib.Path(sys.argv[1]).read_bytes())\n"
        "print(json.dumps(classifier.predict(sys.argv[2]).to_dict()))\n"
    )
    command = [sys.executable, "-c", code, str(path), TEXTS[0]]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == CLASSIFIER.predict(TEXTS[0]).to_dict()


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_it_works_in_a_pool_of_processes(method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} on this platform")
    expected = [prediction.to_dict() for prediction in CLASSIFIER.predict(TEXTS[:3])]
    with multiprocessing.get_context(method).Pool(1) as pool:
        rows = pool.map(CLASSIFIER.predict, TEXTS[:3])
    for row, value in zip(rows, expected, strict=True):
        assert row.text == value["text"]
        assert row.sentiment.label == value["sentiment"]["label"]


def test_it_never_touches_the_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert MentionClassifier(COMMITTED, threads=1).predict("ab").text == "ab"


@pytest.mark.parametrize("threads", [1, 3])
def test_a_graph_that_takes_one_row_a_run_is_given_one(tiny_bundle, threads):
    edit_manifest(tiny_bundle, lambda manifest: manifest["graphs"][0].update(max_batch=1))
    classifier = MentionClassifier(tiny_bundle, threads=threads)
    texts = ["a", "ab ba", "abba " * 40, "", "b " * 9] * 5
    bulk = classifier.logits(texts)
    alone = [classifier.logits([text]) for text in texts]
    for name, values in bulk.items():
        # Bit by bit: nothing else was in the run.
        np.testing.assert_array_equal(values, np.concatenate([each[name] for each in alone]))


def test_runs_side_by_side_answer_like_runs_in_turn():
    texts = [f"{'ab ' * (i % 7)}{i}" for i in range(300)]
    one = MentionClassifier(COMMITTED, threads=1).predict_iter(texts, batch_size=4)
    four = MentionClassifier(COMMITTED, threads=4).predict_iter(texts, batch_size=4)
    assert list(one) == list(four)
