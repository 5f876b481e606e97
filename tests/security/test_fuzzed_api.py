"""schemathesis calls every operation of the API as an owner: no 5xx, and no answer undocumented."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from projects.services.tokens import token_create
from tests.contracts.access_table import KWARGS, PATCHES
from tests.contracts.access_world import World, make_world

EXAMPLES = 2  # of each operation; the same ones each time
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance,
]  # fmt: skip
FUZZ = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate],
)  # fmt: skip


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    for place, value in PATCHES.items():
        monkeypatch.setattr(place, value)
    return make_world()


@pytest.fixture
def app() -> Iterator[WSGIHandler]:
    """Give the application, which leaves the test's own connection open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield WSGIHandler()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def aim(case: Case, world: World) -> None:
    """Point the address at what is there: behind a made-up id, everything is a 404."""
    for name, made_up in (case.path_parameters or {}).items():
        is_id = len(str(made_up)) == len(str(UUID(int=0)))
        if name in KWARGS and (is_id or name in ("user_id", "figure")):
            case.path_parameters[name] = str(KWARGS[name](world))


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_no_answer_is_a_defect_or_undocumented(world: World, app: WSGIHandler) -> None:
    owner = world.people["owner"]
    assert owner
    headers = {"Authorization": f"Bearer {token_create(user=owner, name='fuzz', scope='write')[1]}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    called: dict[str, set[int]] = {}
    wrong: list[str] = []

    for found in schema.get_all_operations():
        operation = found.ok()

        @FUZZ
        @given(case=operation.as_strategy())
        def fuzz(case: Case) -> None:
            aim(case, world)
            with transaction.atomic():
                response: Any = case.call(headers=headers, cookies={})
                transaction.set_rollback(True)
            called.setdefault(case.operation.label, set()).add(response.status_code)
            case.validate_response(response, checks=CHECKS, headers=headers)

        try:
            fuzz()
        except FailureGroup as group:
            wrong.append(f"{operation.label}: {group}")
    assert wrong == []
    # Made-up ids in bodies and files that are not there lead nowhere; nearly all else does not.
    unreached = [label for label, codes in called.items() if codes <= {401, 403, 404}]
    assert len(called) > 80
    assert len(unreached) < len(called) / 5, unreached
