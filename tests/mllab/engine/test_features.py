"""Roles proposed from a profile, each with its reason, and choices that are refused."""

from typing import Any

import pytest

from mllab.engine.features import Proposal, check_features, propose
from mllab.engine.personal import is_personal
from mllab.engine.settings import Feature
from segplatform.kernel.errors import UserError

ROWS = 4358
RFM = [
    *(("CustomerID", "integer", ROWS), ("Recency", "integer", 304), ("Frequency", "integer", 65)),
    *(("Monetary", "decimal", 4305), ("R", "integer", 5), ("F", "integer", 5), ("M", "integer", 5)),
    *(("RFM", "text", 110), ("Group", "text", 10)),
]


def column(name: str, kind: str, distinct: int, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "distinct": distinct, "missing": 0, **more}


def proposal(name: str, kind: str, distinct: int, rows: int = 1000, **more: Any) -> Proposal:
    return propose([column(name, kind, distinct, **more)], rows)[0]


def test_rfm_trains_on_recency_frequency_and_monetary_only() -> None:
    found = propose([column(*facts) for facts in RFM], ROWS)
    assert [p.column for p in found if p.role == "input"] == ["Recency", "Frequency", "Monetary"]
    assert [p.column for p in found if p.role == "ignored"] == ["CustomerID"]
    reasons = {p.column: p.reason for p in found}
    assert reasons["R"] == "A score made of Recency; it would count twice."
    assert reasons["Group"] == "Made of Recency, Frequency and Monetary; it would count twice."


def test_scores_without_what_they_are_made_of_are_numbers() -> None:
    found = propose([column("R", "integer", 5), column("F", "integer", 5)], 100)
    assert [p.role for p in found] == ["input", "input"]


@pytest.mark.parametrize(
    ("made", "role", "words"),
    [
        (proposal("InvoiceNo", "text", 700), "ignored", "identifier by its name"),
        (proposal("Reference", "text", 1000), "ignored", "every row has a value of its own"),
        (proposal("n", "integer", 1000, min=1, max=1000), "ignored", "counts the rows"),
        (proposal("Points", "integer", 1000, min=1, max=90_000), "input", "A number"),
        (proposal("Spent", "decimal", 1000, min=1, max=1000), "input", "A number"),
        (proposal("Shop", "text", 1), "ignored", "the same value"),
        (proposal("Shop", "text", 0, missing=1000), "ignored", "no values"),
        (proposal("Age", "integer", 40, missing=501), "ignored", "missing (50 %)"),
        (proposal("Age", "integer", 40, missing=500), "input", "A number"),
        (proposal("Comment", "text", 500), "ignored", "500 different values"),
        (proposal("Country", "text", 20), "display", "20 values"),
        (proposal("Country", "text", 3, rows=3), "display", "3 values"),
        (proposal("LastSeen", "date", 300), "input", "days since"),
        (proposal("LastSeen", "datetime", 1000), "input", "days since"),
        (proposal("Opted in", "boolean", 2), "display", "two values"),
        (proposal("Flag", "integer", 2, min=0, max=1), "display", "two values"),
        (proposal("Orders", "integer", 2, min=1, max=2), "input", "A number"),
        (proposal("Spent", "float", 900, skew=12.41), "input", "skewed (12.4)"),
        (proposal("Spent", "float", 900, skew=None), "input", "A number."),
    ],
)
def test_each_role_has_its_reason(made: Proposal, role: str, words: str) -> None:
    assert made.role == role
    assert words in made.reason
    assert made.reason.endswith(".")
    assert not made.is_personal


@pytest.mark.parametrize(
    "name",
    [
        *("Email", "e-mail", "EMAIL_ADDRESS", "CustomerEmail", "phone number", "PhoneNo", "Tel"),
        *("Name", "first_name", "LastName", "customer name", "Street", "AddressLine1"),
        *("BirthDate", "date of birth", "dob", "Geburtsdatum", "Téléphone", "Vorname", "iban"),
    ],
)
def test_names_of_personal_data_are_known(name: str) -> None:
    assert is_personal(name)


@pytest.mark.parametrize(
    "name",
    [
        *("Monetary", "EmailOpens", "ProductName", "Country name", "Unnamed", "telemetry"),
        *("PhoneOrders", "Mailing days", "", "№ 😀", "Birthstone sales", "id"),
    ],
)
def test_other_names_are_not(name: str) -> None:
    assert not is_personal(name)


@pytest.mark.parametrize("value", ["ann@example.org", "+44 20 7946 0958", "0044 20 79460958"])
def test_values_tell_of_personal_data_under_another_name(value: str) -> None:
    top = [{"value": value, "count": 3}, {"value": "unknown", "count": 2}]
    made = proposal("Contact", "text", 12, top=top)
    assert made.is_personal
    assert made.role == "ignored"
    assert "Personal data" in made.reason


def test_dates_and_codes_are_no_phone_numbers() -> None:
    assert not is_personal("x", ["2010-12-01", "536365", "85123A", "12.50", ""])


def test_a_table_without_rows_has_proposals_too() -> None:
    made = propose([column("a", "integer", 0), column("b", "text", 0)], 0)
    assert [p.role for p in made] == ["ignored", "ignored"]


def refusal(*features: Feature, personal: tuple[str, ...] = ()) -> dict[str, str]:
    with pytest.raises(UserError) as raised:
        check_features(features, ["a", "b", "Email"], personal)
    return raised.value.fields


def test_what_cannot_be_trained_on_is_refused_by_its_field() -> None:
    a, unknown = Feature(column="a", role="input"), Feature(column="zz", role="display")
    assert "no column “zz”" in refusal(a, unknown)["features.1.column"]
    assert set(refusal(a, a)) == {"features.0.column", "features.1.column"}
    assert "at least one" in refusal(Feature(column="a", role="display"))["features"]
    assert "at least one" in refusal()["features"]


def test_personal_data_is_an_input_only_where_confirmed() -> None:
    email = Feature(column="Email", role="input")
    assert "“Email” looks like personal data" in refusal(email)["features.0.column"]
    assert refusal(Feature(column="b", role="input"), personal=("b",))
    check_features([Feature(column="Email", role="input", confirmed=True)], ["Email"])
    check_features(
        [Feature(column="a", role="input"), Feature(column="Email", role="display")], ["a", "Email"]
    )
