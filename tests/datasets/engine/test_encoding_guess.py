"""Short files of many countries are read in their own letters, or say that they are a guess."""

# ruff: noqa: RUF001 (letters of other alphabets are what this is about)

import codecs
from pathlib import Path

import pytest

from datasets.engine.encoding import encoding_guess
from datasets.engine.encoding_mixed import MixedDecoder, Mixture
from datasets.engine.encoding_names import ENCODINGS, MIXED
from tests.datasets.engine.csv_files import preview, read

TOWNS = {
    "cp1250": (
        "Ústí nad Labem, Plzeň, Příbram, Děčín, Třebíč, Praha, Růžová",
        "Győr, Székesfehérvár, Pécs, Kőszeg, Hódmezővásárhely, Őrség, Szűcsi",
        "Łódź, Gdańsk, Świdnica, Wąchock, Żywiec, Toruń, Częstochowa",
        "Čakovec, Šibenik, Požega, Đakovo, Poreč, Split, Sisačka",
        "Braşov, Iaşi, Constanţa, Bucureşti, Piteşti, Târgovişte, Bacău",
    ),
    "cp1257": (
        "Rīga, Liepāja, Jūrmala, Rēzekne, Cēsis, Ķegums, Līvāni",
        "Klaipėda, Šiauliai, Panevėžys, Marijampolė, Kėdainiai, Ąžuolas, Mažeikiai",
        "Pärnu, Põlva, Võru, Jõhvi, Kärdla, Tõrva, Õisu",
    ),
    "cp1254": ("İstanbul, Eskişehir, Şanlıurfa, Muğla, Çanakkale, Diyarbakır, Ağrı",),
    "cp1253": ("Αθήνα, Θεσσαλονίκη, Πάτρα, Ηράκλειο, Λάρισα, Βόλος, Ρόδος",),
    "cp1255": ("ירושלים, חיפה, תל אביב, באר שבע, נתניה, אשדוד, אילת",),
    "cp1256": ("القاهرة, الرياض, دبي, عمان, بيروت, الإسكندرية, بغداد",),
    "cp874": ("กรุงเทพ, เชียงใหม่, ภูเก็ต, ขอนแก่น, สงขลา, ระยอง, น่าน",),
    "cp1251": (
        "Москва, Казань, Самара, Новосибирск, Омск, Тула, Пермь",
        "МОСКВА, КАЗАНЬ, САМАРА, НОВОСИБИРСК, ОМСК, ТУЛА, ПЕРМЬ",
        "Київ, Харків, Львів, Запоріжжя, Дніпро, Одеса, Чернівці",
    ),
    "koi8-r": ("Москва, Казань, Самара, Новосибирск, Омск, Тула, Пермь",),
    "cp866": ("Москва, Казань, Самара, Новосибирск, Омск, Тула, Пермь",),
    "iso8859-2": ("Ústí nad Labem, Plzeň, Příbram, Žďár, Šumperk, Praha, Růžová",),
    "cp852": ("Łódź, Gdańsk, Świdnica, Wąchock, Żywiec, Toruń, Częstochowa",),
    "cp850": ("München, Köln, Düsseldorf, Nürnberg, Tübingen, Gießen, Würzburg",),
    "mac-roman": ("Orléans, Nîmes, Besançon, Étampes, Angoulême, Béziers, Mâcon",),
    "cp1252": (
        "München, Köln, Düsseldorf, Nürnberg, Tübingen, Gießen, Würzburg",
        "Orléans, Nîmes, Besançon, Étampes, Angoulême, Béziers, L\u2019Haÿ",
        "Málaga, Córdoba, León, A Coruña, Cádiz, 1ª planta, ¿Ávila?",
        "Reykjavík, Ísafjörður, Húsavík, Þórshöfn, Dalvík, Keflavík, Höfn",
        "Århus, Ålborg, Helsingør, Køge, Rønne, Næstved, Hillerød",
        "GÖTEBORG, MALMÖ, VÄSTERÅS, ÖREBRO, UMEÅ, BORÅS, GÄVLE",
    ),
}  # fmt: skip
CASES = [(encoding, towns) for encoding, several in TOWNS.items() for towns in several]


def table(towns: str, times: int = 3) -> str:
    rows = [f"{n};{town};{n}.50" for n, town in enumerate(towns.split(", ") * times)]
    return "\r\n".join(["id;town;amount", *rows, ""])


@pytest.mark.parametrize(("encoding", "towns"), CASES)
def test_twenty_lines_tell_the_encoding(encoding: str, towns: str, tmp_path: Path) -> None:
    path = tmp_path / "towns.csv"
    path.write_bytes(table(towns).encode(encoding))
    guess = encoding_guess(path)
    assert path.read_bytes().decode(guess.name) == table(towns)
    assert ENCODINGS[guess.name] in guess.why


def test_a_few_words_that_two_languages_could_write_say_so(tmp_path: Path) -> None:
    data = "id;city\n1;Čakovec\n2;Senj\n".encode("cp1250")
    doubt = (
        "The encoding is a guess: Western (Windows-1252) reads “Èakovec”, Central European "
        "(Windows-1250) would read “Čakovec”. Choose it if that is right."
    )
    assert preview(tmp_path, data).warnings == [doubt]
    assert read(tmp_path, data).report["warnings"][1:] == [doubt]


def test_an_encoding_that_was_chosen_is_no_guess(tmp_path: Path) -> None:
    data = "id;name\n1;é\n".encode("cp1252")
    assert preview(tmp_path, data, encoding="cp1252").warnings == []


def test_what_two_encodings_mix_is_shown_before_it_is_imported(tmp_path: Path) -> None:
    data = "id;a\n1;é\n".encode() + "2;à\n".encode("cp1252")
    shown = preview(tmp_path, data)
    assert shown.options["encoding"] == "utf-8+cp1252"
    assert shown.rows == [["1", "é"], ["2", "à"]]
    assert shown.warnings == read(tmp_path, data).report["warnings"]
    assert read(tmp_path, data, encoding="utf-8+cp1252").rows == [(1, "é"), (2, "à")]


@pytest.mark.parametrize("encoding", MIXED)
def test_pieces_of_any_size_are_read_alike(encoding: str) -> None:
    second = encoding.removeprefix("utf-8+")
    letter = next(c for c in "çőąЖΩıשшņع" if c.encode(second, "ignore"))
    text = ["é;à\r\n", "plain\n", f"{letter}{letter} x\n", "€ end"]
    data = b"".join(part.encode(second if letter in part else "utf-8") for part in text)
    for size in (1, 2, 3, 7, 100):
        decoder = codecs.getincrementaldecoder(encoding)()
        assert isinstance(decoder, MixedDecoder)
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        assert "".join(map(decoder.decode, pieces)) + decoder.decode(b"", True) == "".join(text)
        assert decoder.found == Mixture(2, 1, False, [(3, f"{letter}{letter} x")])


def test_a_line_without_an_end_is_not_held_in_memory() -> None:
    decoder = codecs.getincrementaldecoder("utf-8+cp1252")()
    held = 0
    for _ in range(40):
        held += len(decoder.decode("é".encode("cp1252") + b"x" * 2**13))
    assert held > 2**17
