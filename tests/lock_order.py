"""Watches every test for locks taken in another order than the rest of the code takes them.

Two transactions that lock the same rows in two orders wait for each other until PostgreSQL ends
one of them. The order is: rows of jobs, then the things (datasets, projects …), then the head of
the audit log (``projects.services.jobs.jobs_hold`` says why). SQLite locks nothing by row, so
what is watched is what the code asks for.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

JOB, THING, AUDIT = range(3)
WORDS = ("a job", "a thing", "the audit log")
JOB_UPDATE = 'UPDATE "projects_job"'


class Watch:
    """The locks of the outermost transaction that goes on in this thread."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.transaction: object = None
        self.reached = JOB
        self.held: set[str] = set()
        self.wrong: list[str] = []

    def lock(self, rank: int, what: str) -> None:
        """Note a lock; one of a lower rank than the transaction has reached is wrong.

        What it has locked of a kind before it may lock again: most often the same row.
        """
        if threading.get_ident() != self.thread:
            return
        # The transaction around a test is not one of the code's.
        blocks = [block for block in connection.atomic_blocks if not block._from_testcase]
        if not blocks:
            return
        if blocks[0] is not self.transaction:
            self.transaction, self.reached, self.held = blocks[0], rank, set()
        if rank < self.reached and what not in self.held:
            self.wrong.append(f"{what}: {WORDS[rank]} is locked after {WORDS[self.reached]}")
        else:
            self.held.add(what)
        self.reached = max(self.reached, rank)

    def statement(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        """Run a statement, noting that it locks a job if it does."""
        if isinstance(sql, str) and sql.startswith(JOB_UPDATE):
            self.lock(JOB, "Job")
        return execute(sql, *rest)


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Watch what runs in the block, in this thread."""
    watch, select = Watch(), QuerySet.select_for_update
    ranks = {"Job": JOB, "AuditHead": AUDIT}

    def select_for_update(self: QuerySet[Any], *args: Any, **kwargs: Any) -> QuerySet[Any]:
        watch.lock(ranks.get(self.model.__name__, THING), self.model.__name__)
        return select(self, *args, **kwargs)

    with monkeypatch.context() as patch, connection.execute_wrapper(watch.statement):
        patch.setattr(QuerySet, "select_for_update", select_for_update)
        yield watch


@pytest.fixture(autouse=True)
def locks_in_order(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Give what was wrong so far; the test fails where anything is left of it at its end."""
    with watched(monkeypatch) as watch:
        yield watch.wrong
    assert not watch.wrong, watch.wrong
