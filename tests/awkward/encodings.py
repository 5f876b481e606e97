"""Characters in other encodings, marked, unmarked and mixed up; other alphabets."""

# ruff: noqa: RUF001 (letters of other alphabets are what this is about)

import codecs

from tests.awkward.base import PEOPLE, Read, people

ONE = PEOPLE.encode()


def written(text: str, encoding: str, words: str, *more: str) -> Read:
    """Expect a table of numbered names in another alphabet, and to be told of its encoding."""
    lines = [line.split(";") for line in text.split("\n")]
    rows = [(int(number), name) for number, name in lines[1:]]
    data = text.replace("\n", "\r\n").encode(encoding)
    return Read(data, lines[0], "integer text", rows, (f"read as {words}", *more))


def mixture(text: str, second: str, encoding: str, *said: str) -> Read:
    """Expect numbered names of which those of ``second`` are in another encoding."""
    lines = [line.split(";") for line in f"{text}\n{second}".split("\n")]
    rows = [(int(number), name) for number, name in lines[1:]]
    data = f"{text}\n".encode() + second.encode(encoding)
    return Read(data, lines[0], "integer text", rows, said)


MOSCOW = "номер;город\n1;Москва\n2;Казань\n3;Новосибирск"
TANAKA = "番号;名前\n1;田中\n2;表示\n3;佐藤一郎"
FILES: dict[str, Read] = {
    "UTF-8 with a mark": people(codecs.BOM_UTF8 + ONE),
    "UTF-8 with a mark and a quoted name": people(codecs.BOM_UTF8 + b'"id",name\n1,Ada\n2,Bob\n'),
    "two marks": people(codecs.BOM_UTF8 * 2 + ONE, "1 byte order marks within the text"),
    "a mark within a cell": people(
        b"id,name\n1,\xef\xbb\xbfAda\n2,Bob\n", "1 byte order marks within the text"
    ),
    "UTF-16 with a mark": people(PEOPLE.encode("utf-16"), "read as UTF-16"),
    "UTF-16 without a mark": people(PEOPLE.encode("utf-16-le"), "read as UTF-16 (little"),
    "UTF-16 without a mark, the other way": people(PEOPLE.encode("utf-16-be"), "UTF-16 (big"),
    "UTF-32": people(PEOPLE.encode("utf-32"), "read as UTF-32"),
    "Cyrillic in UTF-16 without a mark": written(MOSCOW, "utf-16-le", "UTF-16 (little-endian"),
    "Chinese in UTF-16 without a mark": written("编号;姓名\n1;张伟", "utf-16-be", "UTF-16 (big"),
    "Western Windows": Read(
        "id;ville\n1;Orléans\n2;Nîmes — 5 €\n".encode("cp1252"), ["id", "ville"], "integer text",
        [(1, "Orléans"), (2, "Nîmes — 5 €")], ("read as Western (Windows-1252)",),
    ),
    "UTF-8 joined to Western": mixture(
        "id;ville\n1;Orléans\n2;Łódź", "3;Nîmes\n4;Besançon\n5;Paris\n6;5 €", "cp1252",
        "2 are UTF-8, and 3 were read as Western (Windows-1252) (line 4 “3;Nîmes”, 5 “4;Besançon”, "
        "7 “6;5 €”)",
    ),
    "UTF-8 joined to Central European": mixture(
        "nr;miasto\n1;Łódź", "2;Gdańsk\n3;Świdnica\n4;Wąchock\n5;Żywiec", "cp1250",
        "1 is UTF-8, and 4 were read as Central European (Windows-1250)",
    ),
    "Western joined to UTF-8 with a mark": Read(
        codecs.BOM_UTF8 + b"id,name\n1,caf\xe9\n2,\xc3\xa9\n", ["id", "name"], "integer text",
        [(1, "café"), (2, "é")], ("1 is UTF-8, and 1 was read as Western (Windows-1252) (line 2",),
    ),
    "both encodings in one line": Read(
        b"id;a;b\n1;caf\xc3\xa9;caf\xe9\n2;x;y\n3;\xc3\xa0;z\n", ["id", "a", "b"],
        "integer text text", [(1, "café", "café"), (2, "x", "y"), (3, "à", "z")],
        ("1 is UTF-8, and 1 was read as Western",),
    ),
    "UTF-8 cut within a letter": Read(
        "id;名\n1;東京\n2;大".encode() + "阪".encode()[:1] + b"\n", ["id", "名"], "integer text",
        [(1, "東京"), (2, "大é")], ("2 are UTF-8, and 1 was read as Western",),
    ),
    "Western that comes late": Read(
        lambda: "a,b\n1,é\n".encode() + b"1,x\n" * 900_000 + "2,café\n".encode("cp1252"),
        ["a", "b"], "integer text", [(1, "é"), *[(1, "x")] * 900_000, (2, "café")],
        ("1 is UTF-8, and 1 was read as Western (Windows-1252) (line 900,003 “2,café”)",),
    ),
    "UTF-8 that comes late": Read(
        lambda: "a,b\n1,é\n".encode("cp1252") + b"1,x\n" * 900_000 + "2,café\n".encode(),
        ["a", "b"], "integer text", [(1, "é"), *[(1, "x")] * 900_000, (2, "café")],
        ("1 is UTF-8, and 1 was read as Western (Windows-1252) (line 2 “1,é”)",),
    ),
    "two encodings, told to be one": Read(
        "a,b\n1,é\n".encode() + "2,é\n".encode("cp1252"), ["a", "b"], "integer text",
        [(1, "Ã©"), (2, "é")], ("read as Western (Windows-1252)",), options={"encoding": "cp1252"},
    ),
    "capitals that could be UTF-8": written("n;co\n1;RÝŽE\n2;JIŘÍ\n3;MLÉKO\n4;PŘÍBRAM", "cp1250",
                                            "Central European (Windows-1250)"),
    "Thai": written("ที่;เมือง\n1;กรุงเทพ\n2;เชียงใหม่", "cp874", "Thai (Windows-874)"),
    "Hebrew": written("מספר;עיר\n1;ירושלים\n2;חיפה", "cp1255", "Hebrew (Windows-1255)"),
    "a till of before Windows": written(
        "nr;artikel\n1;Käse\n2;Brötchen\n3;Öl\n4;Gemüse\n5;Weißbrot", "cp850", "Western (DOS 850)"
    ),
    "Spanish questions": written(
        "n;frase\n1;¿Qué año?\n2;avión", "cp1252", "Western (Windows-1252"
    ),
    "Cyrillic Windows": written(MOSCOW, "cp1251", "Cyrillic (Windows-1251)"),
    "Cyrillic KOI8": written(MOSCOW, "koi8-r", "Cyrillic (KOI8-R)"),
    "Polish": written("nr;miasto\n1;Łódź\n2;Gdańsk\n3;Kraków", "cp1250", "Central European"),
    "Turkish": written("no;şehir\n1;İstanbul\n2;Ağrı", "cp1254", "Turkish",
                       "reads “şehir”, Western (Windows-1252) would read “þehir”"),
    "Greek": written("α;πόλη\n1;Αθήνα\n2;Θεσσαλονίκη", "cp1253", "Greek"),
    "Japanese with backslash bytes": written(TANAKA, "cp932", "Japanese (Windows-932"),
    "Japanese EUC": written(TANAKA, "euc_jp", "Japanese (EUC)"),
    "Chinese GB 18030": written(
        "编号;姓名\n1;张伟\n2;王芳\n3;李娜", "gb18030", "Chinese (GB 18030)"
    ),
    "Chinese Big5": written("編號;姓名\n1;張偉\n2;王芳", "big5", "Chinese (Big5)"),
    "Korean": written("번호;이름\n1;김철수\n2;이영희", "cp949", "Korean"),
    "right-to-left and emoji": Read(
        "שם,😀\nאבא,🎉\nאמא,👩\u200d👩\u200d👧\n".encode(), ["שם", "😀"], "text text",
        [("אבא", "🎉"), ("אמא", "👩\u200d👩\u200d👧")],
    ),
    "UTF-7 is plain text": Read(b"id,name\n1,J+APw-rgen\n2,Bob\n", ["id", "name"], "integer text",
                                [(1, "J+APw-rgen"), (2, "Bob")]),
    "an accent that shows late": Read(
        lambda: b"a,b\n" + b"1,x\n" * 300_000 + "2,café\n".encode("cp1252") + b"1,x\n" * 600_000,
        ["a", "b"], "integer text",
        [*[(1, "x")] * 300_000, (2, "café"), *[(1, "x")] * 600_000], ("Windows-1252",),
    ),
    "told what it is": Read(
        "город,имя\nМосква,Ада\n".encode("koi8-r"), ["город", "имя"], "text text",
        [("Москва", "Ада")], ("read as Cyrillic (KOI8-R)",),
        options={"encoding": "koi8-r", "header": True},
    ),
}  # fmt: skip
