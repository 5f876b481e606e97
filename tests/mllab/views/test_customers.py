"""The tab *Customers*: a grid with segments, its links, and its downloads."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.urls import reverse

from mllab.models import Prototype, UseCase
from mllab.services.segments import segment_change
from projects.models import User
from tests.factories.mllab import make_experiment, make_prepared, make_prototype

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def prototype(use_case: UseCase) -> Prototype:
    return make_prototype(make_prepared(use_case), k=3)


@pytest.fixture
def client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url_of(prototype: Prototype, name: str = "prototype_customers") -> str:
    use_case = prototype.experiment.use_case
    return reverse(name, args=[use_case.project_id, use_case.pk, prototype.pk])


def shown(client: Client, prototype: Prototype, query: str = "", **headers: str) -> str:
    answer = client.get(url_of(prototype) + query, headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def body_of(answer: Any) -> str:
    async def collect() -> bytes:
        return b"".join([block async for block in answer.streaming_content])

    return async_to_sync(collect)().decode("utf-8-sig")


def test_the_tab_shows_rows_with_their_segment_and_links_with_counts(
    client: Client, prototype: Prototype, user: User
) -> None:
    segment_change(prototype=prototype, label=1, user=user, name="Loyal", color=9)
    page = shown(client, prototype)
    assert 'aria-current="page">Customers' in page
    assert "50</strong> of <strong>60</strong> rows" in page
    assert page.count('<td class="sp-customers-segment">') == 50
    assert '<span class="sp-seg sp-seg-9"><bdi>Loyal</bdi></span> <strong>20</strong>' in page
    assert "Everyone <strong>60</strong>" in page
    assert "segment_confidence" in page
    assert "Filter…" not in page


def test_one_segment_in_an_order_and_a_page_of_its_own_are_in_the_address(
    client: Client, prototype: Prototype, user: User
) -> None:
    segment_change(prototype=prototype, label=1, user=user, action="Write <b>soon</b>")
    page = shown(client, prototype, "?segment=1&sort=-Monetary&size=25", **HX)
    assert "<html" not in page
    assert "20</strong> of <strong>20</strong>" in page
    assert page.count('class="sp-seg sp-seg-2" title="Segment 2"') == 20
    assert "Write &lt;b&gt;soon&lt;/b&gt;" in page
    assert 'href="?segment=2&amp;sort=-Monetary&amp;size=25"' in page
    assert 'href="?segment=1&amp;sort=segment_confidence&amp;size=25"' in page
    assert "format=xlsx&amp;segment=1" in page
    late = shown(client, prototype, "?size=25&page=9")
    assert "60</strong> of <strong>60</strong>" in late


def test_borderline_customers_come_first_and_no_more_the_second_time(
    client: Client, prototype: Prototype
) -> None:
    page = shown(client, prototype, "?sort=segment_confidence")
    cells = page.split('<td class="sp-num">')[1:]
    sure = [float(cell.split("<")[0]) for cell in cells if cell.startswith("0.")]
    assert sure == sorted(sure)
    assert 'id="borderline" href="?" aria-current="true"' in page


def test_odd_addresses_are_answered(client: Client, prototype: Prototype) -> None:
    assert "of <strong>60</strong>" in shown(client, prototype, "?segment=x&page=-1&size=7")
    assert client.get(f"{url_of(prototype)}?segment=9").status_code == 404
    assert client.get(f"{url_of(prototype)}?segment=-1").status_code == 404
    assert client.get(f"{url_of(prototype)}?sort=Nope").status_code == 400
    waiting = make_prototype(make_experiment(prototype.experiment.use_case))
    assert client.get(url_of(waiting)).status_code == 409
    assert "Customers</a>" not in client.get(url_of(waiting, "prototype")).content.decode()


def test_a_download_has_everyone_or_one_segment_and_a_name_that_says_so(
    client: Client, prototype: Prototype, user: User
) -> None:
    segment_change(prototype=prototype, label=0, user=user, name="=1+1")
    url = url_of(prototype, "prototype_download")
    everyone = client.get(url)
    assert len(body_of(everyone).splitlines()) == 61
    assert "K-Means, 3 segments" in everyone.headers["Content-Disposition"]
    one = client.get(f"{url}?format=csv&segment=0")
    rows = body_of(one).splitlines()
    assert len(rows) == 21
    assert all(",'=1+1," in row for row in rows[1:])
    raw = body_of(client.get(f"{url}?format=csv_raw&segment=0"))
    assert ",=1+1," in raw
    assert client.get(f"{url}?format=pdf").status_code == 400
    assert client.get(f"{url}?segment=9").status_code == 404
