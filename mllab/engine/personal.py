"""Personal data: columns that look like they name or reach a person, by name and by values."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_ANYWHERE = {
    *("address", "surname", "firstname", "lastname", "fullname", "forename", "birth", "birthday"),
    *("birthdate", "dob", "ssn", "iban", "passport", "adresse", "anschrift", "strasse"),
    *("vorname", "nachname", "geburtsdatum", "geburtstag", "prenom", "naissance", "nombre"),
    *("apellido", "apellidos", "direccion", "nacimiento", "cognome", "indirizzo", "nascita"),
}
_LAST = {
    *("email", "emails", "mail", "phone", "telephone", "tel", "mobile", "fax", "name", "street"),
    *("telefon", "handy", "courriel", "nom", "correo", "telefono", "nome"),
}
_ENDINGS = {"number", "no", "nr", "num", "id"}
_THINGS = {
    *("product", "item", "article", "category", "brand", "store", "shop", "country", "city"),
    *("region", "state", "file", "campaign", "channel", "segment", "group", "column", "event"),
    *("plan", "type", "department", "sheet", "table", "supplier", "warehouse", "sku", "day"),
}
"""What a name may be of without being a person's: ProductName."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"(?:\+|00?)[0-9][0-9 ()/.-]{6,18}[0-9]")


def is_personal(name: str, values: Iterable[str] = ()) -> bool:
    """Say whether a column's name, or half of some of its ``values``, look personal."""
    return _named(name) or _looks(values)


def _named(name: str) -> bool:
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore")
    words = [word.lower() for word in _WORDS.findall(plain.decode())]
    joined = {first + second for first, second in pairwise(words)}
    if _ANYWHERE & {*words, *joined}:
        return True
    while len(words) > 1 and words[-1] in _ENDINGS:
        words.pop()
    if not words or not ({words[-1], "".join(words[-2:])} & _LAST):
        return False
    return words[-1] != "name" or not _THINGS & set(words)


def _looks(values: Iterable[str]) -> bool:
    texts = [value.strip() for value in values if value.strip()]
    hits = sum(bool(_EMAIL.fullmatch(text) or _PHONE.fullmatch(text)) for text in texts)
    return bool(texts) and hits * 2 >= len(texts)
