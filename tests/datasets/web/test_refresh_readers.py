"""What reads a dataset whose columns change: grouped, shortened, every name a link."""

from uuid import uuid4

from django.template.loader import render_to_string

from datasets.hooks import ColumnUse
from datasets.models import Recipe
from datasets.services.refresh_readers import Reader, Readers
from datasets.web.refresh_readers import MOST, Group, readers_grouped
from projects.models import Project

WHY = "“Price” is not in the table."
EVIL = "<script>alert(1)</script>"


def grouped(recipes: int, programs: int = 0, others: int = 0) -> list[Group]:
    made = [
        Reader(Recipe(id=uuid4(), name=f"{name} {number}"), why)
        for name, why, count in ((EVIL, "", programs), ("recipe", WHY, recipes))
        for number in range(count)
    ]
    uses = [ColumnUse("Use case", f"use {n}", f"/use/{n}", "It learned.") for n in range(others)]
    return readers_grouped(Project(id=uuid4()), Readers(made, uses))


def written(groups: list[Group]) -> str:
    return render_to_string("datasets/_refresh_readers.html", {"groups": groups})


def test_what_stops_for_one_reason_is_one_line() -> None:
    groups = grouped(24, programs=2, others=1)
    assert [group.count for group in groups] == ["24 recipes", "2 programs", "1 use case"]
    assert [(len(group.first), group.behind) for group in groups] == [(3, 21), (2, 0), (1, 0)]
    page = written(groups)
    assert page.count(WHY) == 1
    assert "21 more" in page
    assert page.count("<a href=") == 27
    assert EVIL not in page


def test_a_single_other_name_is_not_hidden() -> None:
    assert grouped(4)[0].more == []
    assert len(grouped(5)[0].more) == 2


def test_of_very_many_the_number_is_said() -> None:
    page = written(grouped(MOST + 7))
    assert "204 more" in page
    assert "and 7 others" in page


def test_nothing_that_reads_it_is_no_group() -> None:
    assert readers_grouped(Project(id=uuid4()), None) == []
