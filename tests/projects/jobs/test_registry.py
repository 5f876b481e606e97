"""Names of jobs: each stands for one function."""

import pytest

from projects.jobs import registry
from projects.jobs.context import JobContext


def test_it_knows_what_was_registered() -> None:
    kind = registry.get("tests.dies_once")
    assert (kind.title, kind.queue, kind.idempotent) == ("Die once", "interactive", True)
    assert "tests.dies_once" in registry.names()


def test_it_refuses_a_name_taken_twice() -> None:
    def another(ctx: JobContext) -> None:
        return None

    with pytest.raises(ValueError, match=r"tests\.nothing"):
        registry.job("tests.nothing", title="Another")(another)


def test_it_knows_no_other_names() -> None:
    with pytest.raises(KeyError):
        registry.get("tests.unknown")
