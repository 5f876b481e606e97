"""The value check: what it proposes and refuses, and membership that knows nothing later."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from datasets.engine.types import Column
from datasets.models import Dataset
from datasets.services.recipes import recipe_create, recipe_run_start
from mllab.models import Prototype, ValueCheck
from mllab.services.prototypes import prototype_delete
from mllab.services.value_checks import (
    value_check_get,
    value_check_last,
    value_check_start,
    value_job,
)
from mllab.services.value_settings import value_propose, value_settings
from projects.models import AuditEntry, Job, Project, User
from segplatform.kernel.errors import Conflict, NotFound, UserError
from tests.factories.datasets import make_dataset
from tests.factories.mllab import (
    RFM_COLUMNS,
    make_prepared,
    make_prototype,
    make_use_case,
    rfm_rows,
)
from tests.factories.recipes import make_recipe, make_run

START = date(2011, 1, 1)
DAYS = 200
COLUMNS = [
    Column("CustomerID", "integer"), Column("InvoiceDate", "datetime"),
    Column("InvoiceNo", "text"), Column("TotalPrice", "decimal"),
]  # fmt: skip
RFM = {
    "customer": "CustomerID", "date": "InvoiceDate", "invoice": "InvoiceNo",
    "amount": "TotalPrice", "bins": 3,
}  # fmt: skip
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"day": "soon"}, "day", "year-month-day"),
    ({"day": "2011-01-01"}, "day", "begins on 2011-01-01"),
    ({"horizon": "6"}, "horizon", "from 7 to 730"),
    ({"horizon": "many"}, "horizon", "whole number"),
    ({"amount": "CustomerIDs"}, "amount", "it has no"),
    ({"amount": "InvoiceNo"}, "amount", "holds no numbers"),
    ({"date": "TotalPrice"}, "date", "holds no dates"),
    ({"key": "Nobody"}, "key", "prototype's table"),
    ({"orders": "00000000-0000-0000-0000-000000000000"}, "orders", "of this project"),
]
Run = Callable[[], None]


def order_rows() -> list[tuple[Any, ...]]:
    """Ten customers who buy every ten days for much, twenty who come three times for little.

    The last ten of those come after day 150 only.
    """
    often = [(who, day, 100 + who) for who in range(10) for day in range(who, DAYS, 10)]
    first = [(who, day, 5) for who in range(10, 20) for day in (who, who + 30, who + 60)]
    last = [(who, day, 5) for who in range(20, 30) for day in (150, 160 + who, 199)]
    return [
        (who, f"{START + timedelta(days=day)} 10:00", f"{who}-{day}", worth)
        for who, day, worth in [*often, *first, *last]
    ]


@pytest.fixture
def orders(project: Project) -> Dataset:
    return make_dataset(project, name="orders", columns=COLUMNS, rows=order_rows())


@pytest.fixture
def prototype(project: Project, user: User, orders: Dataset, run_all: Run) -> Prototype:
    """Two segments of customers whom the recipe RFM made of orders."""
    recipe = recipe_create(
        project=project, user=user, kind="rfm", inputs=[orders], output="customers", params=RFM
    )
    recipe_run_start(recipe=recipe, user=user)
    run_all()
    recipe.output.refresh_from_db()
    return make_prototype(make_prepared(make_use_case(project, recipe.output)), k=2)


def test_it_proposes_the_orders_of_the_flow_and_the_days_before_their_end(
    prototype: Prototype, orders: Dataset, user: User
) -> None:
    proposal = value_propose(prototype=prototype)
    assert proposal.values == {
        **{key: name for key, name in RFM.items() if key != "bins"}, "orders": str(orders.pk),
        "key": "CustomerID", "day": "2011-04-21", "horizon": 90,
    }  # fmt: skip
    assert proposal.lineage.known_until == date(2011, 7, 19)
    asked = value_settings(prototype=prototype, sent={})
    assert (asked.as_of, asked.leak) == (True, "none")
    for sent, field, words in REFUSED:
        with pytest.raises(UserError) as refused:
            value_settings(prototype=prototype, sent=sent)
        assert words in refused.value.fields[field]
    raw = make_prototype(prototype.experiment, trained=False)
    with pytest.raises(Conflict, match="not trained"):
        value_check_start(prototype=raw, user=user, sent={})


def test_customers_are_made_again_as_of_the_day(
    prototype: Prototype, user: User, run_all: Run
) -> None:
    other = make_prototype(prototype.experiment, "hdbscan")
    job = value_check_start(prototype=prototype, user=user, sent={}, whole=True)
    assert value_job(prototype=prototype) == job
    assert value_check_start(prototype=prototype, user=user, sent={}, whole=True) == job
    with pytest.raises(Conflict, match="running already"):
        value_check_start(prototype=prototype, user=user, sent={"horizon": 30})
    with pytest.raises(NotFound):
        value_check_get(prototype=prototype)
    run_all()
    result = value_check_get(prototype=prototype).result
    assert result["everyone"]["customers"] == 20  # the last ten had not come yet
    assert (result["newcomers"], result["covered"]) == (10, 90)
    sizes = sorted((each["customers"], each["active"]) for each in result["segments"])
    assert sizes == [(10, 0), (10, 10)]
    best = max(result["segments"], key=lambda each: each["spend"])
    assert best["spend"] == sum(9 * (100 + who) for who in range(10))
    assert result["explained"]["share"] > 0.7
    assert value_check_get(prototype=other).result["everyone"] == result["everyone"]
    assert AuditEntry.objects.filter(action="prototype.value_check").count() == 2
    prototype_delete(prototype=prototype)
    assert ValueCheck.objects.count() == 1


def test_orders_that_were_cut_are_measured_by_those_that_go_on(
    project: Project, user: User, orders: Dataset
) -> None:
    cut = make_recipe(project, [orders], "cut", kind="prepare", params={"steps": []})
    early = [row for row in order_rows() if row[1] < "2011-03-01"]
    make_run(cut, columns=COLUMNS, rows=early)
    table = make_recipe(project, [cut.output], "customers", kind="rfm", params=RFM)
    make_run(table, columns=RFM_COLUMNS, rows=rfm_rows(9))
    table.output.refresh_from_db()
    prototype = make_prototype(make_prepared(make_use_case(project, table.output)), k=2)
    asked = value_settings(prototype=prototype, sent={})
    assert (asked.orders, asked.day) == (str(orders.pk), "2011-03-01")
    assert (asked.as_of, asked.leak, asked.known_until) == (False, "none", "2011-02-28")


def test_a_day_after_the_data_needs_newer_orders(
    project: Project, prototype: Prototype, user: User, run_all: Run
) -> None:
    with pytest.raises(UserError, match="ends on 2011-07-19, so nothing was bought from"):
        value_settings(prototype=prototype, sent={"day": "2011-07-20"})
    text = [Column("Customer ID", "text"), *COLUMNS[1:]]
    rows = [(f"{who}.0", "2011-08-01", f"n{who}", 7) for who in range(5)]
    newer = make_dataset(project, name="newer", columns=text, rows=rows)
    sent = {"orders": str(newer.pk), "day": "2011-07-20", "horizon": 30}
    value_check_start(prototype=prototype, user=user, sent=sent)
    run_all()
    check = value_check_get(prototype=prototype)
    assert not check.asked["as_of"]
    assert (check.result["matched"], check.result["covered"]) == (5, 13)
    assert check.result["everyone"]["spend"] == 35


def test_a_table_of_unknown_making_says_so(
    project: Project, orders: Dataset, user: User, run_all: Run
) -> None:
    imported = make_prototype(make_prepared(make_use_case(project)), k=2)
    asked = value_settings(prototype=imported, sent={})
    assert (asked.as_of, asked.leak) == (False, "unknown")
    assert "“customers” was imported" in asked.note
    value_check_start(prototype=imported, user=user, sent={})
    run_all()
    job = value_job(prototype=imported)
    assert job
    assert job.state == Job.State.FAILED
    assert "None of the 60 customers is in the transactions" in job.error
    assert value_check_last(prototype=imported) is None
