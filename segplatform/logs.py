"""Logs: one line an event, as JSON for machines or as text for people, without personal data.

Every line carries the id of the request, and of the job, in which it was written
(``bound_contextvars`` of structlog). What an exception says may hold values of people's data, so
only its type and where it was raised are written, unless its kind never holds any.
"""

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from structlog.contextvars import get_contextvars, merge_contextvars
from structlog.processors import JSONRenderer, TimeStamper
from structlog.stdlib import ProcessorFormatter, add_log_level, add_logger_name

Event = MutableMapping[str, Any]

FORMATS = ("json", "text")
FIRST = ("time", "level", "event", "program", "logger")
MOST_CHARACTERS = 300
HIDDEN = "[e-mail]"
KEPT_OUT = "(what it says is kept out of the log: SEGPLATFORM_LOG_ERROR_TEXTS)"

_ADDRESS = re.compile(r"[^\s@<>\"'(),;:=]+@[^\s@<>\"'(),;:=]+\.[^\s@<>\"'(),;:=.]+")
# Django ends its own messages with the path, which may hold the secret of a one-time link.
_PATH_AT_END = re.compile(r": /\S*$")
_FOREIGN_PAGE = re.compile(r"checking failed - \S+ does")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Messages of these speak of code, of the system or of tables: never of anybody's values.
_CODE_ERRORS = (AttributeError, ImportError, NameError, RecursionError, MemoryError)
_DATABASE_ERRORS = {
    "OperationalError", "ProgrammingError", "IntegrityError", "InterfaceError", "InternalError",
}  # fmt: skip
_QUEUE_MODULES = ("redis", "rq")


def chosen_format(asked: str | None) -> str:
    """Return the format to write in: the asked one, else text on a terminal and JSON elsewhere.

    ``ImproperlyConfigured`` with a sentence for one that does not exist.
    """
    if asked and asked not in FORMATS:
        raise ImproperlyConfigured(f"SEGPLATFORM_LOG_FORMAT is {asked!r}: set it to json or text.")
    return asked or ("text" if sys.stderr.isatty() else "json")


def configuration(*, level: str, form: str, error_texts: bool) -> dict[str, Any]:
    """Return Django's ``LOGGING``; ``error_texts`` writes what exceptions say, too."""
    render = JSONRenderer() if form == "json" else as_text
    formatter = {
        "()": ProcessorFormatter,
        "foreign_pre_chain": [
            merge_contextvars, add_log_level, add_logger_name, add_program, add_fields,
            TimeStamper(fmt="iso", utc=True, key="time"),
        ],
        "processors": [
            ProcessorFormatter.remove_processors_meta,
            ExceptionTrace(error_texts), without_paths, without_addresses, in_order, render,
        ],
    }  # fmt: skip
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"event": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "event"}},
        "root": {"handlers": ["console"], "level": level},
        # Says each refused request once more, with its path; our own access line has the route.
        "loggers": {"django.request": {"level": "CRITICAL"}},
    }


def current_request_id() -> str:
    """Return the id of the request that this code works for, "" outside of any."""
    return str(get_contextvars().get("request_id", ""))


def add_program(logger: Any, method: str, event: Event) -> Event:
    """Name the program, as the supervisor calls it."""
    if program := os.environ.get("SEGPLATFORM_PROGRAM"):
        event["program"] = program
    return event


def add_fields(logger: Any, method: str, event: Event) -> Event:
    """Add what a call gave as ``extra={"fields": {...}}``."""
    record: logging.LogRecord | None = event.get("_record")
    event.update(getattr(record, "fields", {}))
    return event


def without_paths(logger: Any, method: str, event: Event) -> Event:
    """Cut the path off Django's own messages, and the page that a foreign form was sent from."""
    if str(event.get("logger", "")).startswith("django"):
        text = _PATH_AT_END.sub("", str(event["event"]))
        event["event"] = _FOREIGN_PAGE.sub("checking failed - it does", text)
    return event


def without_addresses(logger: Any, method: str, event: Event) -> Event:
    """Hide e-mail addresses wherever they are; the last net under all others."""
    for key, value in event.items():
        if isinstance(value, str) and "@" in value:
            event[key] = _ADDRESS.sub(HIDDEN, value)
    return event


def in_order(logger: Any, method: str, event: Event) -> Event:
    """Put what everybody looks at first."""
    return {**{key: event[key] for key in FIRST if key in event}, **event}


class ExceptionTrace:
    """Writes an exception as its chain of types and places, oldest first."""

    def __init__(self, texts: bool) -> None:
        self.texts = texts

    def __call__(self, logger: Any, method: str, event: Event) -> Event:
        """Replace ``exc_info`` by ``error``, the type's name, and ``exception``, the trace."""
        info = event.pop("exc_info", None)
        error = info[1] if isinstance(info, tuple) else sys.exc_info()[1] if info else None
        if error is not None:
            event["error"] = type(error).__name__
            event["exception"] = "".join(self._lines(error)).rstrip()
        return event

    def _lines(self, error: BaseException) -> Iterator[str]:
        before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if before is not None:
            yield from self._lines(before)
        yield from traceback.format_tb(error.__traceback__)
        text = str(error) if self.texts else harmless_text(error)
        yield f"{type(error).__name__}: {text}\n"


def harmless_text(error: BaseException) -> str:
    """Return what an exception says where its kind never holds values, else that it is kept out."""
    kind = type(error)
    if isinstance(error, OSError) and error.errno is not None:
        return f"[Errno {error.errno}] {error.strerror}"
    ours = isinstance(error, _CODE_ERRORS) or kind.__module__.startswith(_QUEUE_MODULES)
    if ours or (kind.__module__.startswith("django.db") and kind.__name__ in _DATABASE_ERRORS):
        # PostgreSQL adds lines with the row's values to its first.
        return str(error).strip().partition("\n")[0][:MOST_CHARACTERS]
    return KEPT_OUT


def as_text(logger: Any, method: str, event: Event) -> str:
    """Write an event for people: time, level, words, then the rest as ``key=value``."""
    head = [str(event.pop(key, "")) for key in ("time", "level", "event")]
    event.pop("program", None)  # the supervisor says it before each line
    event.pop("logger", None)
    trace = event.pop("exception", "")
    rest = " ".join(f"{key}={one_line(str(value))}" for key, value in event.items())
    line = f"{head[0][:19]} {head[1].upper():<7} {one_line(head[2])} {rest}".rstrip()
    return f"{line}\n{trace}" if trace else line


def one_line(text: str) -> str:
    r"""Write out, as ``\n``, what could forge a line or hide one."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def as_json_line(program: str, text: str) -> str:
    """Return a line of a program as one JSON object; an event that is one already stays as it is.

    For what the supervisor relays: other programs, as the queue server, know nothing of ours.
    """
    if text.startswith("{") and text.endswith("}"):
        return text
    return json.dumps({"program": program, "event": text})
