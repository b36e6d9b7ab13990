"""The vocabulary: what is kept between studies, on disk and between processes."""

from __future__ import annotations

import importlib.metadata
import pickle
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from caselight.words import Vocabulary, lemmas, tokenise
from caselight.words.characters import hash_words
from words_alike import same


# The vocabulary on disk.
def test_a_vocabulary_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    vocabulary = Vocabulary.load(tmp_path, "ru")
    tokenise(["Камеры сняли митинг"], vocabulary)
    vocabulary.save(tmp_path)
    again = Vocabulary.load(tmp_path, "ru")
    assert len(again) == len(vocabulary)
    assert same(tokenise(["Камеры сняли митинг"], again), tokenise(["Камеры сняли митинг"], vocabulary))
    assert again._lemmatise is None, "a known word asks no dictionary"


def test_a_vocabulary_without_words_comes_back_and_goes_on_growing(tmp_path: Path) -> None:
    Vocabulary("ru").save(tmp_path)
    merged = Vocabulary("ru")
    merged.merge(Vocabulary("ru").forms)
    for empty in (Vocabulary.load(tmp_path, "ru"), pickle.loads(pickle.dumps(Vocabulary("ru"))), merged):
        assert len(empty) == len(Vocabulary("ru"))
        assert len(tokenise(["Камеры сняли митинг"], empty)) == 4
        assert len(empty) == len(Vocabulary("ru")) + 3


def test_the_saved_file_does_not_depend_on_the_order_of_learning(tmp_path: Path) -> None:
    for folder, texts in [("a", ["суд камера", "дело"]), ("b", ["дело суд", "камера"])]:
        vocabulary = Vocabulary("ru")
        for text in texts:
            tokenise([text], vocabulary)
        vocabulary.save(tmp_path / folder)
    assert (tmp_path / "a/words-ru.bin").read_bytes() == (tmp_path / "b/words-ru.bin").read_bytes()


@pytest.mark.parametrize("damage", ["cut", "changed byte", "empty", "other format", "other dictionary", "odd count"])
def test_a_damaged_vocabulary_is_ignored_and_made_anew(tmp_path: Path, damage: str) -> None:
    vocabulary = Vocabulary("ru")
    tokenise(["суд камера"], vocabulary)
    vocabulary.save(tmp_path)
    path = tmp_path / "words-ru.bin"
    content = path.read_bytes()
    damaged = {
        "cut": content[:-5],
        "changed byte": content[:-30] + bytes([content[-30] ^ 1]) + content[-29:],
        "empty": b"",
        "other format": b"CASELIGHT WORDS 0\n" + content[18:],
        "other dictionary": content.replace(b"pymorphy3 ", b"pymorphy2 "),
        "odd count": content.replace(b'"count": 2', b'"count": 2.0'),
    }
    path.write_bytes(damaged[damage])
    again = Vocabulary.load(tmp_path, "ru")
    assert len(again) == 2
    tokenise(["суд камера"], again)
    again.save(tmp_path)
    assert path.read_bytes() == content


def test_what_another_process_saved_meanwhile_is_kept(tmp_path: Path) -> None:
    one, other = Vocabulary.load(tmp_path, "ru"), Vocabulary.load(tmp_path, "ru")
    tokenise(["суд"], one)
    tokenise(["камера"], other)
    one.save(tmp_path)
    other.save(tmp_path)
    assert len(Vocabulary.load(tmp_path, "ru")) == 4


def test_two_that_save_at_once_never_leave_a_broken_file(tmp_path: Path) -> None:
    vocabularies = [Vocabulary("xx") for _ in range(4)]
    for i, vocabulary in enumerate(vocabularies):
        tokenise([f"слово{'абвг'[i] * 3}"], vocabulary)
    threads = [threading.Thread(target=lambda v=v: [v.save(tmp_path) for _ in range(20)]) for v in vocabularies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 3 <= len(Vocabulary.load(tmp_path, "xx")) <= 6
    assert [path.name for path in tmp_path.iterdir()] == ["words-xx.bin"]


def test_learned_forms_are_merged_once_and_a_collision_is_told() -> None:
    worker, main = Vocabulary("ru"), Vocabulary("ru")
    tokenise(["суд камера суд"], worker)
    new = worker.forms.rows(2, len(worker))
    assert sorted(new.text) == ["камера", "суд"]
    assert main.merge(new) == []
    assert main.merge(new) == []
    assert len(main) == 4
    other = Vocabulary("ru")
    other.learn(new.form[:1], ["иное"])
    collisions = main.merge(other.forms.rows(2, len(other)))
    assert [(c.kept, c.lost) for c in collisions] == [(new.text[0], "иное")]


def test_a_vocabulary_that_asks_another_knows_what_that_one_knows() -> None:
    asking, told, alone = Vocabulary("ru"), Vocabulary("ru"), Vocabulary("ru")
    questions: list[bytes] = []
    asking.ask_with(lambda question: questions.append(question) or told.tell(question))
    texts = ["Камеры сняли мiтинг, кaмера 20.2", f"камеры {'ы' * 70} ёлка"]
    for text in texts:
        assert same(tokenise([text], asking), tokenise([text], alone))
    assert same(tokenise(texts, told), tokenise(texts, alone)), "what was asked is known to both"
    assert len(questions) == 2, "a text's new words are asked for together, and no word twice"
    assert asking._lemmatise is None


@pytest.mark.parametrize(
    "question", [b"", b"\n", "суд\n\nдело".encode(), b"\xff\xfe", b"20.2", "суд\n5".encode(), b"x" * 65]
)
def test_a_question_that_no_vocabulary_asks_is_refused(question: bytes) -> None:
    vocabulary = Vocabulary("ru")
    with pytest.raises(ValueError, match=r"word|decode"):
        vocabulary.tell(question)
    assert len(vocabulary) == 2


def test_a_word_asked_for_twice_is_learned_once() -> None:
    vocabulary = Vocabulary("ru")
    answer = vocabulary.tell("камера\nсуд\nкамера".encode())
    assert len(vocabulary) == 4
    lemma, other, plain = np.frombuffer(answer, np.uint64, 9).reshape(3, 3)
    assert lemma.tolist() == other.tolist() == plain.tolist() == hash_words(["камера", "суд", "камера"]).tolist()


def test_forms_taken_earlier_know_no_word_that_was_learned_since() -> None:
    vocabulary = Vocabulary("ru")
    tokenise(["видео видеозапись"], vocabulary)
    earlier = vocabulary.forms
    tokenise(["видеокамера"], vocabulary)
    assert earlier.beginning_with("видео", 2).tolist() == [2, 3]
    assert vocabulary.forms.beginning_with("видео", 2).tolist() == [2, 3, 4]


def test_many_forms_are_all_found_again() -> None:
    vocabulary = Vocabulary("xx")
    texts = [" ".join("абвгдежзик"[int(d)] for d in str(n)).replace(" ", "") for n in range(5_000)]
    rows = tokenise(texts, vocabulary).row
    assert len(set(rows.tolist())) == 5_001
    assert vocabulary.look_up(hash_words(texts)).min() >= 2


def test_a_vocabulary_can_be_handed_to_a_worker_that_is_not_forked() -> None:
    known = Vocabulary("ru")
    words = tokenise(["камеры митинга"], known)
    handed = pickle.loads(pickle.dumps(known))
    assert same(tokenise(["камеры митинга"], handed), words)
    assert len(handed) == len(known)


BESIDE = [  # folders beside a package -> the version that is told
    (["dictionary-1.2.dist-info"], "1.2"),
    (["dictionary-1.2.dist-info", "dictionary_ru-7.dist-info"], "1.2"),
    ([], "?"),
]


@pytest.mark.parametrize(("folders", "version"), BESIDE)
def test_the_version_of_a_dictionary_is_that_of_the_package_and_of_no_other(
    folders: list[str], version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "METADATA").write_text(f"Name: other\nVersion: {folder}\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "missing"), str(tmp_path), *sys.path])
    assert lemmas._version("dictionary") == version


@pytest.mark.parametrize("package", ["pymorphy3", "pymorphy3-dicts-ru", "pystemmer"])
def test_the_versions_of_what_makes_lemmas_are_those_that_pip_tells(package: str) -> None:
    assert lemmas._version(package) == importlib.metadata.version(package)
