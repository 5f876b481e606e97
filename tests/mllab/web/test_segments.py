"""How segments look on a page, alone and beside those of another prototype."""

from mllab.models import Segment
from mllab.services.segments import Words
from mllab.web.segments import Look
from mllab.web.slots import slots_matched

NAMED = Words({1: Segment(label=1, name="Loyal", color=9)})


def sizes(*matches: int | None) -> list[dict[str, int | None]]:
    return [{"label": label, "match": match} for label, match in enumerate(matches)]


def test_colours_repeat_after_twelve_and_noise_is_grey() -> None:
    look = Look()
    assert [look.slot(label) for label in (0, 11, 12, -1)] == ["1", "12", "1", "noise"]
    assert look.head(-1) == ("Noise", "sp-seg-noise")


def test_what_people_said_is_shown_and_the_colour_of_another_prototype_goes_before() -> None:
    assert Look(NAMED).head(1) == ("Loyal", "sp-seg-9")
    assert Look(NAMED, {1: 3}).head(1) == ("Loyal", "sp-seg-3")
    assert Look(NAMED).names(2) == {"0": "Segment 1", "1": "Loyal", "-1": "Noise"}
    assert Look(NAMED).colors(2) == {"0": 1, "1": 9}


def test_noise_and_what_is_added_up_have_no_words_to_edit() -> None:
    look = Look(edit="/x/segments/0/")
    assert [look.edit_url(label) for label in (0, 10, -1, None)] == [
        "/x/segments/0/", "/x/segments/10/", "", "",
    ]  # fmt: skip
    assert Look().edit_url(0) == ""


def test_a_match_takes_the_colour_of_the_first_and_others_take_a_free_one() -> None:
    first = {0: 9, 1: 2, 2: 3}
    slots = slots_matched(sizes(None, 0, None), Words(), first)
    assert slots[1] == 9
    assert slots[0] == 1  # its own: nobody has it
    assert slots[2] not in {*first.values(), slots[0], slots[1]}


def test_a_colour_that_a_person_chose_stays_unless_another_segment_has_it() -> None:
    assert slots_matched(sizes(None, None), NAMED, {0: 1})[1] == 9
    assert slots_matched(sizes(None, None), NAMED, {0: 9})[1] not in (9, 1)


def test_two_segments_share_a_colour_only_past_twelve() -> None:
    for count in (3, 12):
        found = slots_matched(sizes(2, *[None] * (count - 1)), Words(), {0: 1, 1: 2, 2: 3})
        assert len(set(found.values())) == count
    many = slots_matched(sizes(*[None] * 15), Words(), {0: 1})
    assert len(many) == 15
    assert set(many.values()) == set(range(1, 13))
