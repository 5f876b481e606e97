"""Errors whose text is meant for the person using the app."""

from collections.abc import Iterator


class UserError(Exception):
    """Something the person can mend; the message is one clear sentence and is shown as it is.

    ``fields`` maps a form or body field to its own sentence, for messages beside the field.
    """

    code = "invalid"

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class NotFound(UserError):
    """The thing does not exist, or the person may not know that it does (both look the same)."""

    code = "not_found"


class Forbidden(UserError):
    """A member of the project asks for what their role does not allow."""

    code = "forbidden"


class Conflict(UserError):
    """The request is right, but the state of the thing does not allow it now."""

    code = "conflict"


class TooLarge(UserError):
    """Over a limit that the operator set."""

    code = "too_large"


class TooMany(UserError):
    """Asked for too often; it may be asked again after ``retry_after`` seconds."""

    code = "too_many"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotApplicable(UserError):
    """A plug-in declines this input; the page shows the reason."""

    code = "not_applicable"


class Cancelled(Exception):
    """Raised by ``Progress.step`` once somebody asked for the work to stop."""


class Superseded(Exception):
    """Another attempt of the same job owns its result now; this copy throws its own away."""


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error and what it was raised from, each once."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        yield error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
