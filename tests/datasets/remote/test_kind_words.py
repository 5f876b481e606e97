"""What is said of sources: no credential in any spelling, one line, a sentence for each trouble."""

import json
import socket
import ssl
from base64 import b64encode, urlsafe_b64encode
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from pydantic import BaseModel

from datasets.engine.remote.kind_words import (
    EXPIRED,
    MASK,
    NO_ANSWER,
    NO_AUTHORITY,
    NO_HOST,
    OTHER_NAME,
    REFUSED,
    UNKNOWN_AUTHORITY,
    masked,
    network_sentence,
    one_line,
    said_by,
    said_of,
    trouble_of,
)

SECRET = "pä<s>/wo+rd \"4'2"
SPELLINGS = {
    "as it is": SECRET,
    "in an address": quote(SECRET, safe=""),
    "in an address, small": quote(SECRET, safe="").lower(),
    "in a form": quote_plus(SECRET),
    "in JSON": json.dumps(SECRET)[1:-1],
    "in HTML": escape(SECRET),
    "in base64": b64encode(SECRET.encode()).decode(),
    "behind a user of three letters": b64encode(f"ann:{SECRET}".encode()).decode(),
    "behind a user of four letters": b64encode(f"anna:{SECRET}".encode()).decode(),
    "for addresses": urlsafe_b64encode(f"annab:{SECRET}".encode()).decode(),
}


class Secrets(BaseModel):
    password: str = ""


@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
def test_a_credential_is_masked_however_it_is_spelled(spelled: str) -> None:
    for text in (f"no {spelled} here", f"no{spelled}here", f'{{"got":"{spelled}"}}'):
        shown = masked(text, [SECRET])
        assert MASK in shown
        assert spelled[3:-4] not in shown


@pytest.mark.parametrize("secret", ["e", "is", "no", "40", "the"])
def test_a_short_one_leaves_sentences_alone(secret: str) -> None:
    sentences = (REFUSED, NO_HOST, NO_ANSWER, "The server asks 40 times, and this is the end.")
    for sentence in sentences:
        said = said_of(sentence, "db.example.com")
        assert masked(said, [secret]) == said


@pytest.mark.parametrize("secret", ["e", "is", "40", "a/", "the"])
def test_a_short_one_is_masked_where_it_stands_as_a_value(secret: str) -> None:
    for text in (
        f"denied (using password: '{secret}')", f'"token":"{secret}"', f"password={secret}&ssl=1",
        f"https://ann:{secret}@db.example.com", f"password {secret} is wrong", f"“{secret}”",
        f"says: {secret}", f"?key={quote(secret, safe='')}",
    ):  # fmt: skip
        shown = masked(text, [secret])
        assert MASK in shown, text
        assert f"'{secret}'" not in shown
        assert len(shown) == len(text) - len(secret) + len(MASK) or "%" in text


def test_of_base64_the_whole_run_goes_and_nothing_around_it() -> None:
    coded = b64encode(b"ann:s3cret-word").decode()
    assert masked(f"auth=Basic {coded}, x={coded}.", ["s3cret-word"]) == (
        f"auth=Basic {MASK}, x={MASK}."
    )


def test_an_empty_one_is_nothing() -> None:
    assert masked("a 'b' c", ["", ""]) == "a 'b' c"


def test_the_parts_of_a_long_one_count_too() -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----\n"
    key = json.dumps({"type": "service_account", "private_key": pem})
    assert masked("cannot read MIIEvQIBADANBgkqhkiG9w0BAQEF", [key]) == f"cannot read {MASK}"
    token = "sv=2022-11-02&sp=rl&sig=q%2B0kTz1Jm8uX3bVn5YpR7sWd"
    assert masked("bad sig q%2B0kTz1Jm8uX3bVn5YpR7sWd of sp", [token]) == f"bad sig {MASK} of sp"


def test_it_is_masked_before_it_is_cut_and_once_what_is_invisible_is_gone() -> None:
    assert one_line("x" * 10 + "s3cret-word", 15, ["s3cret-word"]) == f"xxxxxxxxxx{MASK}"
    assert one_line("my s3c\u200bret-\x00word", secrets=["s3cret-word"]) == f"my {MASK}"
    assert one_line(" two\r\n\tlines\u2028\u202e. ") == "two lines ."


def test_what_a_server_says_is_a_sentence_of_its_own() -> None:
    secrets = Secrets(password="s3cret-word")
    assert said_by("The server", "no s3cret-word", secrets) == f"The server says: no {MASK}."
    assert said_by("The server", "\x00", secrets) == "The server says: nothing more."


def unproven(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError("certificate verify failed")
    error.verify_code = code
    return error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (socket.gaierror(), NO_HOST), (ConnectionRefusedError(), REFUSED),
        (TimeoutError(), NO_ANSWER), (unproven(10), EXPIRED), (unproven(62), OTHER_NAME),
        (unproven(64), OTHER_NAME), (unproven(20), UNKNOWN_AUTHORITY),
    ],
)  # fmt: skip
def test_what_goes_wrong_on_the_way_is_said(error: Exception, sentence: str) -> None:
    outer = RuntimeError("of a library")
    outer.__cause__ = error
    assert network_sentence(outer, "db.example.com", authority=True) == sentence.format(
        host="db.example.com"
    )


def test_who_cannot_enter_an_authority_is_not_told_to() -> None:
    said = network_sentence(unproven(19), "api.example.com")
    assert said == NO_AUTHORITY.format(host="api.example.com")
    assert "Enter" not in said


def test_what_is_none_of_it_is_no_sentence() -> None:
    assert network_sentence(ValueError(), "x") is None
    assert trouble_of(ValueError(), "x") is None
    assert str(trouble_of(TimeoutError(), "")).startswith("The server did not answer in time.")
