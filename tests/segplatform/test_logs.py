"""What a line of the log looks like, and what never gets into one."""

import json
import logging
import sys
from logging.config import DictConfigurator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DataError, IntegrityError, OperationalError
from structlog.contextvars import bound_contextvars

from segplatform.logs import as_json_line, chosen_format, configuration


def written(
    message: str, *args: Any, form: str = "json", name: str = "projects.x", **more: Any
) -> str:
    """Give the line that a logger writes."""
    made = configuration(level="INFO", form=form, error_texts=more.pop("error_texts", False))
    formatter = DictConfigurator(made).configure_formatter(made["formatters"]["event"])
    error = more.pop("error", None)
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.INFO, __file__, 1, message, args, info)
    record.__dict__.update(more)
    return str(formatter.format(record))


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    """Give the exception as it is where somebody caught it."""
    try:
        raise error from cause
    except Exception:
        caught = sys.exc_info()[1]
        assert isinstance(caught, Exception)
        return caught


def test_a_line_is_json_with_the_ids_of_request_and_job() -> None:
    with bound_contextvars(request_id="abcd1234", job_id="j1"):
        line = json.loads(written("job %s done", 7, fields={"ms": 12}))
    assert line["event"] == "job 7 done"
    assert (line["request_id"], line["job_id"], line["ms"]) == ("abcd1234", "j1", 12)
    assert list(line)[:3] == ["time", "level", "event"]
    assert line["time"].endswith("Z")


def test_text_for_people_is_one_line_that_no_value_can_forge() -> None:
    line = written("name %s", "x\n2026-11-22 INFO forged\u202e", form="text", fields={"a": "b\rc"})
    assert len(line.splitlines()) == 1
    assert r"x\n2026-11-22 INFO forged\u202e a=b\rc" in line


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize(
    "error",
    [
        ValueError("could not convert string to float: 'Ann Lee'"),
        KeyError("Ann Lee"),
        TypeError("Could not convert string 'Ann Lee' to numeric"),
        DataError("invalid input syntax for type integer: 'Ann Lee'"),
        IntegrityError("duplicate key value violates x\nDETAIL: Key (name)=(Ann Lee) already is"),
        FileNotFoundError(2, "No such file", "/home/Ann Lee/customers.csv"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_exception_is_written_without_the_values_it_speaks_of(
    form: str, error: Exception
) -> None:
    line = written("it broke", form=form, error=raised(RuntimeError("Ann Lee"), raised(error)))
    assert type(error).__name__ in line
    assert "RuntimeError" in line
    assert "test_logs.py" in line
    assert "in raised" in line
    assert "Ann Lee" not in line


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
        (OperationalError("database is locked"), "database is locked"),
        (AttributeError("'NoneType' object has no attribute 'x'"), "has no attribute 'x'"),
    ],
)
def test_what_never_holds_values_is_written(error: Exception, text: str) -> None:
    assert text in json.loads(written("it broke", error=raised(error)))["exception"]


def test_the_operator_may_ask_for_what_exceptions_say() -> None:
    error = raised(ValueError("cell 17"))
    assert "cell 17" not in written("it broke", error=error)
    assert "cell 17" in written("it broke", error=error, error_texts=True)


def test_no_address_and_no_path_of_django_gets_through() -> None:
    assert json.loads(written("mail to %s failed", "ann.lee@example.com"))["event"] == (
        "mail to [e-mail] failed"
    )
    line = written("Forbidden (CSRF token missing.): %s", "/start/s3cret/", name="django.security")
    assert json.loads(line)["event"] == "Forbidden (CSRF token missing.)"
    reason = (
        "Referer checking failed - https://x.example/?of=ann does not match any trusted origins."
    )
    line = written("Forbidden (%s): %s", reason, "/start/s3cret/", name="django.security.csrf")
    assert "ann" not in line
    assert "s3cret" not in line


def test_lines_of_other_programs_become_events_and_events_stay() -> None:
    assert json.loads(as_json_line("queue", 'Ready "now"')) == {
        "program": "queue", "event": 'Ready "now"',
    }  # fmt: skip
    event = written("x")
    assert as_json_line("web", event) == event


def test_a_format_that_does_not_exist_is_refused_with_the_choices() -> None:
    assert chosen_format("json") == "json"
    with pytest.raises(ImproperlyConfigured, match="set it to json or text"):
        chosen_format("xml")
