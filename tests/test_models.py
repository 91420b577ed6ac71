"""Models: found by name or folder, exported once, and never mistaken for one another."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from index import models
from index.embed import OnnxEncoder, small
from index.errors import ModelError
from index.models import PACKAGED, ModelInfo, export, is_whole, parse_info, read_info, resolve
from tests.fakes import tiny_model

TEXTS = [
    "crowd",
    "",
    "Who decides to empty the venue?",
    "The alarm was tested twice a year. " * 40,
    "Övningarna hölls på ön.",
    "🚨 \ufffd",
]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("hub") / "tiny")


# --- finding


def test_the_packaged_model_is_on_this_machine() -> None:
    name, folder = resolve(PACKAGED)
    assert name == PACKAGED and folder is not None and folder.is_dir()


def test_a_folder_is_a_model_by_its_files(tiny: Path) -> None:
    assert resolve(str(tiny)) == ("tiny", tiny.resolve())


def test_a_name_is_one_of_the_hub() -> None:
    assert resolve("intfloat/multilingual-e5-small") == ("intfloat/multilingual-e5-small", None)


@pytest.mark.parametrize("name", ["/nowhere/at/all", "./nowhere", "~/nowhere-at-all"])
def test_a_folder_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(ModelError, match=r"no folder.*nowhere"):
        resolve(name)


def test_a_folder_without_a_model_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"is not a model.*modules\.json"):
        export(str(tmp_path), tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_a_broken_model_is_named_and_leaves_nothing(tiny: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(tiny, broken)
    (broken / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelError, match=r"broken cannot be loaded"):
        export(str(broken), tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_hub_that_cannot_be_reached_is_said_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    with pytest.raises(ModelError, match=rf"no-such/model-anywhere cannot be fetched.*name the folder instead.*{PACKAGED}"):
        export("no-such/model-anywhere", tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


# --- exporting


def test_the_export_says_what_the_model_says(tiny: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    folder = export(str(tiny), tmp_path, precision="fp32")
    encoder = OnnxEncoder(folder)
    assert (encoder.info.name, encoder.info.dimension, encoder.info.max_tokens, encoder.info.precision) == (
        "tiny",
        32,
        64,
        "fp32",
    )
    assert encoder.info.agreement > 0.999
    theirs = SentenceTransformer(str(tiny), device="cpu", local_files_only=True).encode([text for text in TEXTS if text])
    ours = encoder.passages([text for text in TEXTS if text])
    np.testing.assert_allclose(ours, theirs, atol=2e-5)


def test_vectors_are_unit_rows_in_the_order_of_the_texts_whatever_stands_beside_them(packaged_model: Path) -> None:
    encoder = OnnxEncoder(packaged_model)
    together = encoder.passages(TEXTS)
    assert together.shape == (len(TEXTS), 384) and together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for text, row in zip(TEXTS, together, strict=True):
        # int8 activations are scaled by what is in the same batch: alone a text comes out a little different
        assert float(encoder.passages([text])[0] @ row) > 0.95
    assert encoder.passages([]).shape == (0, 384)
    assert encoder.query("crowd").shape == (384,)


SPANS = [(0, 31), (32, 62), (63, 108)]
THREE = "Who decides to empty the venue? The alarm is tested every May. Bread is baked in the kitchens of the school."


def test_sentences_are_embedded_in_the_pass_of_their_passage(packaged_model: Path) -> None:
    encoder = OnnxEncoder(packaged_model)
    (made,) = encoder.with_sentences([(THREE, SPANS)])
    np.testing.assert_array_equal(made.vector, encoder.passages([THREE])[0])
    assert made.sentences.shape == (3, 384) and made.sentences.dtype == np.int8
    rows = made.sentences.astype(np.float32) / 127
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=0.03)
    for number, question in enumerate(
        ("Who may evacuate the hall?", "How often is the siren tried?", "Where do loaves come from?")
    ):
        assert int(np.argmax(rows @ encoder.query(question))) == number


def test_each_text_has_the_sentences_that_are_its_own(packaged_model: Path) -> None:
    encoder = OnnxEncoder(packaged_model)
    given = [(THREE, SPANS), ("crowd", []), (THREE, SPANS[1:2])]
    made = encoder.with_sentences(given)
    assert [len(one.sentences) for one in made] == [3, 0, 1]
    np.testing.assert_array_equal(made[0].sentences[1], made[2].sentences[0])
    for (text, spans), one in zip(given, made, strict=True):
        (alone,) = encoder.with_sentences([(text, spans)])
        np.testing.assert_array_equal(one.vector, alone.vector)
        np.testing.assert_array_equal(one.sentences, alone.sentences)
    assert encoder.with_sentences([]) == []


def test_a_sentence_that_the_model_does_not_reach_has_the_vector_of_its_passage(packaged_model: Path) -> None:
    encoder = OnnxEncoder(packaged_model)
    long = "The alarm was tested twice a year. " * 60
    (made,) = encoder.with_sentences([(long, [(0, 34), (len(long) - 35, len(long) - 1)])])
    np.testing.assert_array_equal(made.sentences[1], small(made.vector))
    assert (made.sentences[0] != made.sentences[1]).any()


def test_the_packaged_model_is_embedded_nearly_as_it_is_meant(packaged_model: Path) -> None:
    info = read_info(packaged_model)
    assert (info.name, info.dimension, info.max_tokens, info.languages, info.precision) == (PACKAGED, 384, 256, ("en",), "int8")
    assert info.agreement > 0.98 and info.query_prefix == info.passage_prefix == ""


def test_tokens_are_counted_without_limit_and_without_special_ones(packaged_model: Path) -> None:
    encoder = OnnxEncoder(packaged_model)
    assert encoder.count(["", "crowd", "crowd " * 700]) == [0, 1, 700]


def test_meaning_is_nearer_than_words(packaged_model: Path) -> None:
    encoder = OnnxEncoder(packaged_model)
    near, far = encoder.passages(["The authorities alert citizens by sirens.", "A recipe for warm bread in public kitchens."])
    asked = encoder.query("How is the public warned?")
    assert float(asked @ near) > float(asked @ far) + 0.1


def test_a_model_is_exported_once(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    folder = export(str(tiny), tmp_path, say=said.append)
    assert len(said) == 1 and "tiny" in said[0]

    def refuse(*_: object) -> None:
        raise AssertionError("exported again")

    monkeypatch.setattr(models, "_export_to", refuse)
    assert export(str(tiny), tmp_path, say=said.append) == folder and len(said) == 1


def test_an_export_says_nothing_of_its_own(tiny: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    export(str(tiny), tmp_path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("damage", ["model.onnx", "tokenizer.json", "kalla.json", "gone", "cut"])
def test_a_damaged_export_is_noticed_and_made_again(tiny: Path, tmp_path: Path, damage: str) -> None:
    folder = export(str(tiny), tmp_path)
    fingerprint = read_info(folder).fingerprint
    if damage == "gone":
        (folder / "model.onnx").unlink()
    elif damage == "cut":
        (folder / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:1000])
    else:
        data = bytearray((folder / damage).read_bytes())
        data[len(data) // 2] ^= 1
        (folder / damage).write_bytes(data)
    if damage != "kalla.json":
        assert not is_whole(folder)
        with pytest.raises(ModelError, match="missing or damaged"):
            OnnxEncoder(folder)
    again = export(str(tiny), tmp_path)
    assert is_whole(again) and OnnxEncoder(again).info.fingerprint == fingerprint


def test_an_export_that_fails_leaves_the_one_before(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = export(str(tiny), tmp_path)
    copy = tmp_path / "copy" / "tiny"
    with monkeypatch.context() as patch:
        patch.setattr(models, "EXPORT_VERSION", 99)

        def fail(*_: object) -> None:
            raise ModelError("no")

        patch.setattr(models, "_describe", fail)
        with pytest.raises(ModelError):
            export(str(tiny), tmp_path)
    assert is_whole(folder) and [path.name for path in tmp_path.iterdir()] == [folder.name] and not copy.exists()


def test_what_a_killed_export_left_is_swept_away(tiny: Path, tmp_path: Path) -> None:
    left = tmp_path / ".tiny-int8-12345678.4194305"  # above the largest process number
    left.mkdir()
    (left / "model.onnx").write_bytes(b"half")
    mine = tmp_path / ".keep-this.one"
    mine.mkdir()
    folder = export(str(tiny), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {folder.name, mine.name}


# --- telling models apart


def test_a_fingerprint_is_of_what_decides_a_vector(tiny: Path, tmp_path: Path) -> None:
    same, other = tmp_path / "a" / "tiny", tiny_model(tmp_path / "b" / "tiny", seed=1)
    shutil.copytree(tiny, same)
    fingerprints = {
        name: read_info(export(str(folder), tmp_path / "models", precision=precision)).fingerprint
        for name, folder, precision in [
            ("tiny", tiny, "int8"),
            ("same", same, "int8"),
            ("other", other, "int8"),
            ("fp32", tiny, "fp32"),
        ]
    }
    assert fingerprints["tiny"] == fingerprints["same"]
    assert len(set(fingerprints.values())) == 3


def test_a_model_that_changes_in_its_folder_does_not_take_the_place_of_what_serves(tiny: Path, tmp_path: Path) -> None:
    here = tmp_path / "here" / "tiny"
    shutil.copytree(tiny, here)
    before = export(str(here), tmp_path / "models")
    fingerprint = read_info(before).fingerprint
    shutil.rmtree(here)
    shutil.copytree(tiny_model(tmp_path / "new" / "tiny", seed=3), here)
    after = export(str(here), tmp_path / "models")
    assert after != before and is_whole(before) and read_info(before).fingerprint == fingerprint
    assert read_info(after).fingerprint != fingerprint
    assert export(str(here), tmp_path / "models") == after


def test_a_model_says_what_it_puts_before_texts(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "prompting", prompts={"query": "the public: ", "document": "the police: "})
    encoder = OnnxEncoder(export(str(folder), tmp_path / "models", precision="fp32"))
    assert (encoder.info.query_prefix, encoder.info.passage_prefix) == ("the public: ", "the police: ")
    plain = OnnxEncoder(export(str(tiny_model(tmp_path / "plain")), tmp_path / "models", precision="fp32"))
    np.testing.assert_allclose(encoder.query("siren"), plain.query("the public: siren"), atol=1e-5)
    np.testing.assert_allclose(encoder.passages(["siren"]), plain.passages(["the police: siren"]), atol=1e-5)
    (ours,), (theirs,) = encoder.with_sentences([("siren", [(0, 5)])]), plain.with_sentences([("the police: siren", [(12, 17)])])
    np.testing.assert_array_equal(ours.sentences, theirs.sentences)
    np.testing.assert_allclose(ours.vector, theirs.vector, atol=1e-5)
    assert encoder.info.agreement > 0.999


def test_families_with_words_before_each_text_are_known_by_name(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "multilingual-e5-tiny"
    shutil.copytree(tiny, folder)
    info = read_info(export(str(folder), tmp_path / "models"))
    assert (info.query_prefix, info.passage_prefix, info.languages) == ("query: ", "passage: ", ("*",))


@pytest.mark.parametrize(
    ("languages", "language", "known"),
    [(("en",), "en", True), (("en",), "sv", False), (("*",), "sv", True), (("en", "sv"), "sv", True), (("en",), "", True)],
)
def test_which_languages_a_model_knows(languages: tuple[str, ...], language: str, known: bool) -> None:
    info = ModelInfo(
        name="m", fingerprint="f", dimension=1, max_tokens=1, languages=languages, query_prefix="", passage_prefix="",
        precision="fp32", agreement=1.0,
    )  # fmt: skip
    assert info.knows(language) is known
    from dataclasses import asdict

    assert parse_info(json.dumps(asdict(info))) == info
