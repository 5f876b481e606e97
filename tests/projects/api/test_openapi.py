"""The description of the API: valid, complete, and a page of our own."""

from typing import Any

import pytest
import schemathesis
from django.test import Client

METHODS = {"get", "post", "put", "patch", "delete"}
ERROR = {"$ref": "#/components/schemas/ErrorDetail"}


@pytest.fixture
def schema(db: None) -> dict[str, Any]:
    return Client().get("/api/v1/openapi.json").json()


def operations(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_it_is_openapi_3_1_that_tools_can_read(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    loaded = schemathesis.openapi.from_dict(schema)
    read = [item.ok() for item in loaded.get_all_operations()]
    assert len(read) == len(operations(schema))


def test_every_operation_has_its_own_id_words_and_tag(schema: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(schema)]
    assert len(ids) == len(set(ids))
    for name, operation in operations(schema):
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["tags"], name


def test_every_operation_documents_its_errors(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema):
        if not operation.get("security"):
            continue
        codes = set(operation["responses"])
        assert {"401", "422"} <= codes, name
        if "{" in name:
            assert "404" in codes, name
            assert "403" in codes or name.startswith("GET "), name
        for code in codes - {"200", "201", "202", "204"}:
            media = operation["responses"][code]["content"]["application/json"]
            shape = schema["components"]["schemas"][media["schema"]["$ref"].rsplit("/", 1)[-1]]
            assert shape["properties"]["error"] == ERROR, f"{name} {code}"


def test_only_health_and_metrics_need_no_token(schema: dict[str, Any]) -> None:
    open_to_all = [name for name, operation in operations(schema) if not operation.get("security")]
    watched = ("health", "health/live", "health/ready", "health/metrics")
    assert open_to_all == [f"GET /api/v1/{name}" for name in watched]


def test_the_docs_page_lists_every_operation_without_foreign_scripts(
    schema: dict[str, Any],
) -> None:
    html = Client().get("/api/v1/docs").text
    for path in schema["paths"]:
        assert path in html
    assert "https://" not in html
    assert "rows_to_display" in html
