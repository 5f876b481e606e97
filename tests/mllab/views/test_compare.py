"""Prototypes side by side: what is shown, what is missing, what asks again."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets.services.previews import PreviewPending
from mllab.engine.compare import CompareItem
from mllab.engine.compare import compare as compute
from mllab.models import Prototype, UseCase
from mllab.services.files import path_of
from mllab.services.naming import prototype_name
from mllab.services.segments import segment_change
from mllab.web import compare as web
from mllab.web.compare_groups import groups_said
from mllab.web.compare_tables import agreement_words, cross_view
from projects.models import User
from segplatform.kernel.errors import UserError
from tests.factories.mllab import make_prepared, make_prototype

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(use_case: UseCase) -> list[Prototype]:
    experiment = make_prepared(use_case)
    return [make_prototype(experiment, k=k) for k in (2, 3)]


def ask_at_once(
    *, prototypes: list[Prototype], column: str = "", propose: bool = False, **_: Any
) -> dict[str, Any]:
    """Compare in this process instead of a worker."""
    return compute(
        [
            CompareItem(
                str(item.pk), prototype_name(prototype=item), path_of(folder=item.folder),
                path_of(folder=item.experiment.folder),
            )
            for item in prototypes
        ],
        column, propose,
    )  # fmt: skip


def shown(
    use_case: UseCase,
    ids: list[Any],
    asked: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> str:
    client = Client()
    client.force_login(use_case.project.memberships.get(role="owner").user)
    url = reverse("compare", args=[use_case.project_id, use_case.pk])
    sent = {"p": [str(item) for item in ids], **(asked or {})}
    response = client.get(url, sent, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_two_are_shown_with_one_set_of_colours(
    use_case: UseCase, pair: list[Prototype], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "compare_ask", ask_at_once)
    page = shown(use_case, [item.pk for item in pair])
    assert "2 prototypes on the same 60 rows" in page
    assert page.count("data-figure=") == 2
    assert "of the rows stay together" in page
    assert "Adjusted Rand index" in page
    assert "best</span>" in page


def test_each_keeps_its_names_and_those_that_match_take_the_colour_of_the_first(
    use_case: UseCase, pair: list[Prototype], user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "compare_ask", ask_at_once)
    two, three = pair
    same = {
        size["match"]: size["label"]
        for size in ask_at_once(prototypes=pair)["items"][1]["sizes"]
        if size["match"] is not None
    }
    first, second = next(iter(same.items()))
    segment_change(prototype=two, label=first, user=user, name="Loyal", color=12)
    segment_change(prototype=three, label=second, user=user, name="Fans", color=6)
    page = shown(use_case, [two.pk, three.pk])
    assert 'class="sp-seg sp-seg-12" title="Loyal"' in page
    assert 'class="sp-seg sp-seg-12" title="Fans"' in page
    assert "sp-seg-6" not in page
    assert '"Fans"' in page
    assert "Edit Fans" in page
    alone = shown(use_case, [three.pk, two.pk])
    assert 'class="sp-seg sp-seg-6" title="Fans"' in alone
    assert 'class="sp-seg sp-seg-6" title="Loyal"' in alone


def test_too_few_and_too_many_lead_to_the_leaderboard(
    use_case: UseCase, pair: list[Prototype]
) -> None:
    for ids in ([], [pair[0].pk], [pair[0].pk] * 2):
        assert "Choose what to compare" in shown(use_case, ids)
    more = [make_prototype(pair[0].experiment, k=2, trained=False).pk for _ in range(3)]
    page = shown(use_case, [*(item.pk for item in pair), *more])
    assert "At most four side by side" in page


def test_what_cannot_be_compared_says_why(
    use_case: UseCase, pair: list[Prototype], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> Any:
        raise UserError("They learned from different versions.")

    monkeypatch.setattr(web, "compare_ask", refuse)
    assert "They learned from different versions." in shown(use_case, [item.pk for item in pair])
    assert "no prototype" in shown(use_case, ["nonsense"])


def test_a_slow_comparison_asks_again(
    use_case: UseCase, pair: list[Prototype], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait(**_: Any) -> Any:
        raise PreviewPending("Still comparing.")

    monkeypatch.setattr(web, "compare_ask", wait)
    page = shown(use_case, [item.pk for item in pair], headers={"HX-Request": "true"})
    assert 'hx-trigger="load delay:1s"' in page
    assert "<html" not in page


def test_agreement_is_said_in_words() -> None:
    assert agreement_words(0.87, 0.7) == "87 % of the rows stay together: much alike."
    assert agreement_words(0.4, 0.1) == "40 % of the rows stay together: different segments."


def test_one_prototype_stands_beside_the_groups_of_its_table(
    use_case: UseCase, pair: list[Prototype], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "compare_ask", ask_at_once)
    page = shown(use_case, [pair[1].pk], {"groups": "1"})
    assert "1 prototype and the groups of" in page
    assert '<option value="Group" selected>' in page
    assert page.count("holds 100 % of") == 3
    assert "best</span>" not in page
    assert "Choose what to compare" in shown(use_case, [pair[1].pk])


def test_groups_and_prototypes_are_each_set_against_each(
    use_case: UseCase, pair: list[Prototype], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "compare_ask", ask_at_once)
    page = shown(use_case, [item.pk for item in pair], {"with": "RFM"})
    assert "How alike they are" in page
    assert page.count('<text class="sp-ribbon-title') == 3
    assert page.count("sp-compare-fold") == 3
    assert '<option value="RFM" selected>' in page


def test_a_column_that_cannot_be_compared_leads_to_one_that_can(
    use_case: UseCase, pair: list[Prototype], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "compare_ask", ask_at_once)
    page = shown(use_case, [pair[0].pk], {"with": "CustomerID"})
    assert "does not split the rows into groups" in page
    assert f'href="?p={pair[0].pk}&amp;groups=1"' in page


def test_groups_are_said_in_words() -> None:
    found = {"ari": 0.5, "ami": 0.5, "table": [[83, 17], [1, 199], [45, 55], [49, 51], [5, 5]]}
    names = [(name, "") for name in "ABCDE"], [("Left", ""), ("Right", "")]
    lines = groups_said(cross_view(found, [0, 1, 2, 3, 4], [0, 1], names, ""))
    assert lines[0] == "Left holds 83 % of A and 50 % of E; 45 % of its rows are A."
    assert lines[1].startswith("Right holds 99 % of B, 55 % of C, 51 % of D and 50 % of E; 61 %")
    none = cross_view({"ari": 0, "ami": 0, "table": [[4, 3, 3]]}, [0], [0, 1, 2],
                      ([("A", "")], [("X", ""), ("Y", ""), ("Z", "")]), "")  # fmt: skip
    assert groups_said(none)[-1] == "Spread over several segments: A."
