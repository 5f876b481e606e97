"""Whether this installation is well; asked without a token by whoever watches it."""

from django.db import DatabaseError, connection
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from projects import hooks
from projects.jobs.connection import queue_state
from segplatform import __version__

router = Router(tags=["Health"])

OK = "ok"
UNAVAILABLE = "unavailable"


class HealthOut(Schema):
    """One word for each part."""

    status: str = Field(description="`ok`, or `degraded` while the queue or database is down")
    version: str
    queue: str
    database: str
    sandbox: str = Field(
        description="`ok`; `unavailable`: code recipes are off; `unsafe`: they run without one"
    )


@router.get("/health", auth=None, response={200: HealthOut}, summary="Health")
def health(request: HttpRequest) -> dict[str, str]:
    """Say how the parts are, each in one word."""
    parts = {"queue": queue_state(), "database": database_state(), "sandbox": UNAVAILABLE}
    parts |= {name: ask() for name, ask in hooks.health.items() if name in parts}
    well = parts["queue"] == OK and parts["database"] == OK
    return {"status": OK if well else "degraded", "version": __version__, **parts}


def database_state() -> str:
    """Ask the database for one number."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return UNAVAILABLE
    return OK
