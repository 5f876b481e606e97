"""Numbers, sizes and times as people read them."""

from datetime import timedelta

import lucide
import pytest
from django.template import Context, Template
from django.utils import timezone

from projects.templatetags import ui


@pytest.mark.parametrize(
    ("value", "text"), [(1234567, "1,234,567"), (0, "0"), ("12", "12"), (None, ""), ("x", "")]
)
def test_rows(value: object, text: str) -> None:
    assert ui.rows(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 B"), (1023, "1023 B"), (1536, "1.5 KB"), (5 * 2**30, "5.0 GB"),
        (150 * 2**20, "150 MB"), (2**60, "1048576 TB"), ("", ""),
    ],
)  # fmt: skip
def test_bytes_size(value: object, text: str) -> None:
    assert ui.bytes_size(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.04, "0.0 s"), (2.44, "2.4 s"), (59.6, "1 min 0 s"), (61, "1 min 1 s"),
        (3900, "1 h 5 min"), (timedelta(seconds=12), "12 s"), (None, ""),
    ],
)  # fmt: skip
def test_duration(value: object, text: str) -> None:
    assert ui.duration(value) == text


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=5), "just now"), (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"), (timedelta(hours=2), "2 hours ago"),
        (timedelta(days=1), "1 day ago"), (timedelta(days=29), "29 days ago"),
    ],
)  # fmt: skip
def test_ago(age: timedelta, text: str) -> None:
    assert ui.ago(timezone.now() - age) == text


def test_ago_names_the_day_after_a_month() -> None:
    moment = timezone.now() - timedelta(days=400)
    assert ui.ago(moment) == f"{moment.day} {moment:%b %Y}"
    assert ui.ago(None) == ""


@pytest.mark.parametrize(
    ("value", "share"), [(0.426, 43), (0, 0), (1, 100), (-3, 0), (7, 100), ("x", 0)]
)
def test_percent(value: object, share: int) -> None:
    assert ui.percent(value) == share


def test_plural() -> None:
    assert ui.plural(1, "member") == "1 member"
    assert ui.plural(1200, "row") == "1,200 rows"


@pytest.mark.parametrize(
    ("name", "letters"), [("olga owner", "OO"), ("ann.b@example.org", "AB"), ("bob", "B"), ("", "")]
)
def test_initials(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_an_icon_is_silent_unless_it_has_a_label() -> None:
    drawn = Template('{% icon "plus" class="me-1" %}').render(Context())
    assert 'aria-hidden="true"' in drawn
    assert 'class="icon me-1"' in drawn
    spoken = Template('{% icon "plus" label=name %}').render(Context({"name": '"><script>'}))
    assert 'role="img"' in spoken
    assert "<script>" not in spoken


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(lucide.IconDoesNotExist):
        Template('{% icon "no-such-icon" %}').render(Context())
