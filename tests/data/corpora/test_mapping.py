from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.corpora.fixes import FIXES, apply_fixes
from mentionlens_data.corpora.ledger import load_ledger
from mentionlens_data.corpora.mapping import Dropped, Mapped, map_row
from small_corpora import entry, row

ASPECTS = """
tasks = ["complaint"]
[aspects]
field = "opinions"
category = 0
polarity = 1
negative = ["neg"]
positive = ["pos"]
[[aspects.types]]
pattern = "price"
label = "billing"
[[aspects.types]]
pattern = "^staff"
label = "service"
[[aspects.types]]
pattern = "^box"
when = { domain = ["books"] }
label = "delivery"
[[aspects.types]]
pattern = "^thing"
label = "product"
general = true
[[rules]]
labels = { complaint = "@aspects" }
"""


NO_VOTES = dict.fromkeys(("insult", "homophobia", "racism", "misogyny", "xenophobia"), 0)


def mapped(found: object) -> Mapped:
    assert isinstance(found, Mapped)
    return found


def test_rules_are_tried_in_order_and_the_first_answer_stands() -> None:
    found = entry(
        "x",
        """
        tasks = ["sentiment", "troll"]
        [[rules]]
        when = { stars = { max = 2 } }
        labels = { sentiment = "negative" }
        [[rules]]
        labels = { sentiment = "positive", troll = "no" }
        """,
    )
    assert mapped(map_row(found, row("1", "a", stars=1), seed=0)).labels == {
        "sentiment": "negative",
        "troll": "no",
    }
    assert mapped(map_row(found, row("2", "a", stars=5), seed=0)).labels["sentiment"] == "positive"
    assert mapped(map_row(found, row("3", "a"), seed=0)).labels["sentiment"] == "positive"


def test_drop_ends_the_row_and_weights_multiply() -> None:
    found = entry(
        "x",
        """
        weight = 0.5
        [[rules]]
        when = { agree = [false] }
        drop = "annotators disagree"
        [[rules]]
        when = { text = { matches = "(?i)^hm" } }
        weight = 0.5
        [[rules]]
        when = { label = ["negative"] }
        labels = { sentiment = "negative" }
        """,
    )
    assert map_row(found, row("1", "a", agree=False), seed=0) == Dropped("annotators disagree")
    assert mapped(map_row(found, row("2", "a", agree=True), seed=0)).weight == 0.5
    assert mapped(map_row(found, row("3", "Hm well", agree=None), seed=0)).weight == 0.25
    assert map_row(found, row("4", "a", label="skip"), seed=0) == Dropped("no rule labels it")
    assert map_row(found, row("5", "  "), seed=0) == Dropped("empty text")


def test_an_unknown_type_excludes_none_unless_something_labels_it() -> None:
    found = entry(
        "x",
        """
        tasks = ["complaint"]
        [[rules]]
        when = { type = ["parcel"] }
        labels = { complaint = "delivery" }
        [[rules]]
        when = { label = ["complaint"] }
        excludes = { complaint = ["none"] }
        """,
    )
    typeless = mapped(map_row(found, row("1", "a", label="complaint"), seed=0))
    assert (typeless.labels, typeless.excluded) == ({}, {"complaint": ("none",)})
    typed = mapped(map_row(found, row("2", "a", label="complaint", type="parcel"), seed=0))
    assert (typed.labels, typed.excluded) == ({"complaint": "delivery"}, {})


def test_an_excluded_label_must_exist() -> None:
    with pytest.raises(ValueError, match="complaint='nothing' is not a label"):
        entry(
            "x",
            """
            tasks = ["complaint"]
            [[rules]]
            excludes = { complaint = ["nothing"] }
            """,
        )


@pytest.mark.parametrize(
    ("opinions", "answer"),
    [
        ([["food prices", "neg"]], "billing"),
        ([["food prices", "neg"], ["staff", "neg"], ["staff", "neg"]], "service"),
        ([["food prices", "neg"], ["staff", "neg"]], None),  # a tie is no answer
        ([["staff", "neg"], ["food", "pos"]], "service"),
        ([["food", "pos"]], "none"),
        ([["food", "pos"], ["staff", "neu"]], None),
        ([["staff", "neu"]], None),
        ([], None),
        ([["unheard of", "neg"]], None),
        ([["thing", "neg"]], "product"),
        ([["thing", "neg"], ["thing", "neg"], ["staff", "neg"]], "service"),  # specific first
        ([["box", "neg"]], "delivery"),
    ],
)
def test_aspects_become_one_complaint_type(opinions: list[list[str]], answer: str | None) -> None:
    found = map_row(entry("x", ASPECTS), row("1", "a", opinions=opinions, domain="books"), seed=0)
    if answer is None:
        assert found == Dropped("no rule labels it")
    else:
        assert mapped(found).labels == {"complaint": answer}


def test_an_aspect_type_can_depend_on_the_domain() -> None:
    raw = row("1", "a", opinions=[["box", "neg"]], domain="phones")
    assert map_row(entry("x", ASPECTS), raw, seed=0) == Dropped("no rule labels it")


def test_the_other_field_stands_in_for_its_share() -> None:
    found = entry(
        "x",
        """
        [text]
        alternative = { field = "content", share = 0.5 }
        [[rules]]
        labels = { sentiment = "negative" }
        """,
    )
    rows = [row(str(i), f"Bad. text {i}", content=f"text {i}") for i in range(400)]
    texts = [mapped(map_row(found, raw, seed=1)).text for raw in rows]
    alone = sum(text.startswith("text") for text in texts)
    assert 150 < alone < 250
    assert texts == [mapped(map_row(found, raw, seed=1)).text for raw in rows]
    assert texts != [mapped(map_row(found, raw, seed=2)).text for raw in rows]


@pytest.mark.parametrize(
    ("fix", "before", "after"),
    [
        (
            "detokenize",
            "Nie polecam , trzeba duzo ( o dziwo ! ) .",
            "Nie polecam, trzeba duzo (o dziwo!).",
        ),
        ("detokenize", "około 1 . 5 miesiąca : )", "około 1.5 miesiąca :)"),
        (
            "polish_endings",
            "Kupił em , była m , nie poszła by m",
            "Kupiłem , byłam , nie poszłabym",
        ),
        ("english_clitics", "it does n't work , that 's it", "it doesn't work , that's it"),
        ("unpaste_flight", "reLate Flightd Cancelled Flightled", "related cancelled"),
        ("lowercase", "ПРИМЕР", "пример"),
        (
            "restore_marks",
            "¡ Sí ! sofá · cama, B & amp ; B · · it\x92s « bien",
            "¡Sí ! sofá-cama, B & B - it’s «bien",
        ),
        ("strip_end_points", "край . !", "край"),
        ("mask_handles", ".@пётр_1 пишет @Bank, a@b.ru", ".@user пишет @user, a@b.ru"),
    ],
)
def test_fixes(fix: str, before: str, after: str) -> None:
    assert apply_fixes(before, [fix]) == after


def test_an_object_of_categories_is_a_list_of_opinions() -> None:
    body = ASPECTS.replace('negative = ["neg"]', 'negative = ["neg"]\nsilent = ["absent"]')
    body = body.replace('field = "opinions"', 'field = "of"')
    for opinions, answer in (
        ({"food prices": "neg", "staff": "absent"}, "billing"),
        ({"food prices": "absent", "staff": "pos"}, "none"),
        ({"food prices": "both", "staff": "pos"}, None),
        ({"food prices": "absent"}, None),
    ):
        found = map_row(entry("x", body), row("1", "a", of=opinions), seed=0)
        assert getattr(found, "labels", {}).get("complaint") == answer


@pytest.mark.parametrize(
    "opinions", [5, "text", [7], [["a"]], [None], ["a"], [{}], [["a", "pos"], 3]]
)
def test_malformed_opinions_leave_the_row_out(opinions: object) -> None:
    found = map_row(entry("x", ASPECTS), row("1", "a", opinions=opinions), seed=0)
    assert found == Dropped("malformed field 'opinions'")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
MAPPED = [found for found in load_ledger().values() if found.preparable]


@given(st.data())
def test_any_json_object_is_mapped_or_left_out(data: st.DataObject) -> None:
    corpus = data.draw(st.sampled_from(MAPPED))
    values = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(corpus.fields, JSON)))
    found = map_row(corpus, values, seed=0)
    if isinstance(found, Mapped):
        assert found.labels
        assert set(found.labels) <= set(corpus.tasks)
        assert 0 < found.weight <= corpus.weight
        found.text.encode("utf-8")
    else:
        assert found.reason


@given(st.text(), st.lists(st.sampled_from(sorted(FIXES))))
def test_fixes_take_any_text(text: str, names: list[str]) -> None:
    apply_fixes(text, names).encode("utf-8")


@pytest.mark.parametrize(
    ("corpus", "fields", "labels"),
    [
        ("offendes", {"label": "NOE"}, {"troll": "no"}),
        ("olid-en", {"label": "OFF", "subtask_b": "UNT"}, {"troll": "no"}),
        ("ro-redv2", {"label": "trust+joy"}, {"sentiment": "positive"}),
        ("ro-redv2", {"label": "anger"}, {"sentiment": "negative"}),
        ("ro-redv2", {"label": "surprise+joy"}, None),
        ("pl-poleval2024-emotion", {"label": "neutral+positive"}, None),
        ("pl-polemo2-klej-dev", {"label": "ambiguous"}, None),
        ("complaints-acl19", {"label": "complaint"}, {}),
        ("complaints-acl19", {"label": "not_complaint"}, {"complaint": "none"}),
        ("banking77", {"label": "card_payment_not_recognised"}, {"complaint": "safety"}),
        ("banking77", {"label": "card_delivery_estimate"}, {"complaint": "none"}),
        ("twitter15-text", {"label": "negative", "annotators_agree": False}, None),
        (
            "airline-us-en",
            {"label": "negative", "negativereason": "Lost Luggage"},
            {"sentiment": "negative", "troll": "no", "complaint": "delivery"},
        ),
        (
            "airline-us-en",
            {"label": "positive", "negativereason": "best flight"},
            {"sentiment": "positive", "troll": "no", "complaint": "none"},
        ),
        (
            "airline-us-en",
            {"label": "negative", "negativereason": "Can't Tell"},
            {"sentiment": "negative", "troll": "no"},
        ),
        (
            "ru-m-absa",
            {
                "label": "negative",
                "domain": "phone",
                "aspects": [["", "Logistics#Speed", "negative"]],
            },
            {"sentiment": "negative", "complaint": "delivery"},
        ),
        (
            "ru-m-absa",
            {
                "label": "mixed",
                "domain": "laptop",
                "aspects": [["", "SUPPORT#GENERAL", "negative"], ["", "CPU#GENERAL", "positive"]],
            },
            {"complaint": "service"},
        ),
        (
            "ru-m-absa",
            {
                "label": "negative",
                "domain": "coursera",
                "aspects": [["", "course general", "negative"]],
            },
            {"sentiment": "negative"},
        ),
        ("ru-m-absa", {"label": "none", "domain": "phone", "aspects": []}, None),
        (
            "cesamard-complaints-en",
            {
                "label": "complaint",
                "sentiment": "1",
                "domain": "Edible",
                "aspects": [{"aspect": "packaging", "complaint": "1"}],
            },
            {"troll": "no", "complaint": "delivery"},
        ),
        ("told-br-pt", {**NO_VOTES, "insult": 2}, {"troll": "yes"}),
        ("told-br-pt", {**NO_VOTES, "insult": 0}, {"troll": "no"}),
        ("told-br-pt", {**NO_VOTES, "insult": 1}, None),
        ("app-reviews-en", {"label": "bug report"}, {"complaint": "technical", "troll": "no"}),
        ("app-reviews-en", {"label": "feature request"}, None),
        ("bg-checkthat22-harmful", {"label": "harmful", "harm_type": "yes_panic"}, None),
        (
            "bg-checkthat22-harmful",
            {"label": "not_harmful", "harm_type": "no_not_harmful", "split": "train"},
            {"troll": "no"},
        ),
        (
            "bg-checkthat22-harmful",
            {"label": "not_harmful", "harm_type": "no_not_harmful", "split": "test"},
            None,
        ),
        ("emoevales-es", {"label": "joy"}, {"sentiment": "positive"}),
        ("emoevales-es", {"label": "others"}, None),
        ("germeval2021-toxic-de", {"label": "toxic"}, {"troll": "yes"}),
        ("opener-hotels-es", {"label": "none"}, None),
        (
            "pl-multilingual-hatecheck",
            {"label": "non-hateful", "functionality": "target_indiv_nh"},
            {"troll": "yes"},
        ),
        (
            "multilingual-hatecheck-es-west",
            {"label": "non-hateful", "functionality": "profanity_nh"},
            {"troll": "no"},
        ),
        ("pl-hatespeech-corpus", {"rating": "2", "negative_emotions": "2"}, None),
        ("pl-hatespeech-corpus", {"rating": "4", "negative_emotions": "4"}, {"troll": "yes"}),
        ("pl-xed", {"label": "joy|trust"}, {"sentiment": "positive"}),
        ("slavic-xed", {"label": "anger+fear", "lang": "bg"}, {"sentiment": "negative"}),
        ("slavic-xed", {"label": "joy+anger", "lang": "bg"}, None),
        ("ru-gazprombank-sravni", {"rating": 1}, {"sentiment": "negative", "troll": "no"}),
        ("ru-gazprombank-sravni", {"rating": 4}, None),
        (
            "ru-paradetox",
            {"label": "toxic", "pair": "train-3499", "split": "train"},
            {"troll": "yes"},
        ),
        ("ru-paradetox", {"label": "toxic", "pair": "train-3500", "split": "train"}, None),
        ("ru-paradetox", {"label": "toxic", "pair": "test-1", "split": "test"}, None),
        (
            "ru-paradetox",
            {"label": "neutral_paraphrase", "pair": "train-6000", "split": "train"},
            {"troll": "no"},
        ),
        (
            "ru-sentirueval2015-reviews",
            {
                "domain": "cars",
                "label": "both",
                "category_sentiment": {"Costs": "negative", "Comfort": "positive"},
            },
            {"complaint": "billing"},
        ),
        (
            "ru-sentirueval2015-reviews",
            {
                "domain": "cars",
                "label": "positive",
                "category_sentiment": {"Costs": "negative", "Comfort": "positive"},
            },
            {"sentiment": "positive"},
        ),
        ("ru-sentirueval2015-reviews", {"domain": "restaurants", "label": "positive"}, None),
        (
            "semeval-laptop-hotel-en",
            {
                "label": "negative",
                "opinions": [{"category": "SHIPPING#PRICE", "polarity": "negative"}],
            },
            {"sentiment": "negative", "complaint": "delivery"},
        ),
        (
            "semeval-laptop-hotel-en",
            {
                "label": "negative",
                "opinions": [{"category": "SUPPORT#QUALITY", "polarity": "negative"}],
            },
            {"sentiment": "negative", "complaint": "service"},
        ),
    ],
)
def test_the_ledger_maps_as_the_label_page_says(
    corpus: str, fields: dict[str, object], labels: dict[str, str] | None
) -> None:
    found = map_row(load_ledger()[corpus], row("x-1", "some words here", **fields), seed=0)
    if labels is None:
        assert isinstance(found, Dropped)
    else:
        assert mapped(found).labels == labels
