"""Made-up calls of every operation of the API, by schemathesis.

Apart from the test, which loads it when it runs: schemathesis takes seconds to load, and every test
process loads all files of tests.
"""

from typing import Any
from uuid import UUID

import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
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

from tests.contracts.access_table import KWARGS
from tests.contracts.access_world import World

EXAMPLES = 2  # of each operation; the same ones each time
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance,
]  # fmt: skip
FUZZ = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate],
)  # fmt: skip


def aim(case: Case, world: World) -> None:
    """Point the address at what is there: behind a made-up id, everything is a 404."""
    for name, made_up in (case.path_parameters or {}).items():
        is_id = len(str(made_up)) == len(str(UUID(int=0)))
        if name in KWARGS and (is_id or name in ("user_id", "figure")):
            case.path_parameters[name] = str(KWARGS[name](world))


def call_everything(
    app: WSGIHandler, world: World, headers: dict[str, str]
) -> tuple[dict[str, set[int]], list[str]]:
    """Call every operation; give the statuses that each answered with, and what was wrong."""
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
    return called, wrong
