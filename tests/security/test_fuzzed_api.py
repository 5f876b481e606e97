"""schemathesis calls every operation of the API as an owner: no 5xx, and no answer undocumented."""

from collections.abc import Iterator

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from projects.services.tokens import token_create
from tests.contracts.access_table import PATCHES
from tests.contracts.access_world import World, make_world


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


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_no_answer_is_a_defect_or_undocumented(world: World, app: WSGIHandler) -> None:
    from tests.security.fuzzing import call_everything

    owner = world.people["owner"]
    assert owner
    headers = {"Authorization": f"Bearer {token_create(user=owner, name='fuzz', scope='write')[1]}"}
    called, wrong = call_everything(app, world, headers)
    assert wrong == []
    # Made-up ids in bodies and files that are not there lead nowhere; nearly all else does not.
    unreached = [label for label, codes in called.items() if codes <= {401, 403, 404}]
    assert len(called) > 80
    assert len(unreached) < len(called) / 5, unreached
