"""The words of segments: defaults, changed, refused, taken over."""

from typing import Any

import pytest

from mllab.models import Prototype, Segment, UseCase
from mllab.services.prototypes import assignments_page
from mllab.services.segments import (
    segment_change,
    segment_get,
    segment_list,
    segment_words,
    segments_take_over,
)
from projects.models import User
from segplatform.kernel.errors import Conflict, NotFound, UserError
from tests.factories.mllab import make_experiment, make_prepared, make_prototype

pytestmark = pytest.mark.django_db


@pytest.fixture
def prototype(use_case: UseCase) -> Prototype:
    """Three segments, twenty customers each."""
    return make_prototype(make_prepared(use_case), k=3)


def test_without_words_a_segment_has_its_number_and_its_colour(prototype: Prototype) -> None:
    found = segment_list(prototype=prototype)
    assert [(each.label, each.name, each.color, each.size) for each in found] == [
        (0, "Segment 1", 1, 20), (1, "Segment 2", 2, 20), (2, "Segment 3", 3, 20),
    ]  # fmt: skip
    assert sum(each.share for each in found) == pytest.approx(1)


def test_noise_is_the_last_and_grey(prototype: Prototype) -> None:
    prototype.details |= {"noise": 5, "sizes": [40, 15]}
    last = segment_list(prototype=prototype)[-1]
    assert (last.label, last.name, last.color, last.share) == (-1, "Noise", 0, 5 / 60)
    assert last.is_noise


def test_what_is_said_is_kept_and_what_is_not_sent_stays(prototype: Prototype, user: User) -> None:
    segment_change(prototype=prototype, label=1, user=user, name=" Loyal ", color=7)
    changed = segment_change(prototype=prototype, label=1, user=user, action="Write\r\nthem")
    assert (changed.name, changed.color, changed.action) == ("Loyal", 7, "Write\nthem")
    assert segment_words(prototype=prototype).names(3) == ["Segment 1", "Loyal", "Segment 3"]
    assert Segment.objects.get().updated_by == user
    page = assignments_page(prototype=prototype, limit=60, offset=0)
    named = {item["segment"]: item["name"] for item in page["items"]}
    assert named == {0: "Segment 1", 1: "Loyal", 2: "Segment 3"}


def test_a_blank_name_is_the_default_again(prototype: Prototype, user: User) -> None:
    segment_change(prototype=prototype, label=1, user=user, name="Loyal")
    assert segment_change(prototype=prototype, label=1, user=user, name="  ").name == "Segment 2"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "x" * 61}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"color": 0}, "color"),
        ({"color": 13}, "color"),
        ({"description": "x" * 2001}, "description"),
        ({"action": "x" * 2001}, "action"),
    ],
)
def test_what_does_not_fit_is_named(
    prototype: Prototype, user: User, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(UserError) as error:
        segment_change(prototype=prototype, label=0, user=user, **values)
    assert set(error.value.fields) == {field}
    assert not Segment.objects.exists()


@pytest.mark.parametrize("name", ["Loyal", "LOYAL", "Segment 2", "noise"])
def test_no_two_segments_have_one_name(prototype: Prototype, user: User, name: str) -> None:
    segment_change(prototype=prototype, label=2, user=user, name="Loyal")
    with pytest.raises(Conflict, match="called") as error:
        segment_change(prototype=prototype, label=0, user=user, name=name)
    assert set(error.value.fields) == {"name"}


def test_the_default_name_is_refused_while_another_segment_has_it(
    prototype: Prototype, user: User
) -> None:
    segment_change(prototype=prototype, label=1, user=user, name="Second")
    segment_change(prototype=prototype, label=0, user=user, name="Segment 2")
    with pytest.raises(Conflict, match="Segment 2"):
        segment_change(prototype=prototype, label=1, user=user, name="")


def test_what_is_not_there_cannot_be_named(
    prototype: Prototype, use_case: UseCase, user: User
) -> None:
    with pytest.raises(NotFound):
        segment_get(prototype=prototype, label=3)
    with pytest.raises(NotFound):
        segment_change(prototype=prototype, label=-1, user=user, name="Rest")
    prototype.details |= {"noise": 1}
    with pytest.raises(Conflict, match="Noise"):
        segment_change(prototype=prototype, label=-1, user=user, name="Rest")
    with pytest.raises(Conflict, match="not trained"):
        segment_list(prototype=make_prototype(make_experiment(use_case)))


def test_matching_segments_take_words_over_and_those_with_words_keep_them(
    prototype: Prototype, user: User
) -> None:
    target = make_prototype(prototype.experiment, k=3)
    segment_change(prototype=prototype, label=0, user=user, name="Loyal", color=9)
    segment_change(prototype=prototype, label=1, user=user, name="Lost", action="Write")
    segment_change(prototype=prototype, label=2, user=user, name="Own")
    segment_change(prototype=target, label=1, user=user, name="OWN")
    count = segments_take_over(source=prototype, target=target, pairs={2: 0, 1: 1, 0: 2}, user=user)
    assert count == 1  # label 1 has words of its own, and "Own" is taken by it
    found = segment_list(prototype=target)
    assert [(each.name, each.color) for each in found] == [
        ("Segment 1", 1), ("OWN", 2), ("Loyal", 9),
    ]  # fmt: skip
