"""The ASGI application that granian serves."""

import os
import sqlite3

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segplatform.settings")
application = get_asgi_application()


def held_open() -> sqlite3.Connection | None:
    """Open SQLite once for as long as this process lives; None for another database.

    The last connection that closes takes the log and its index away (sqlite.org/wal.html). On a
    full disk the next one could not make them again, and nobody could read any more.
    """
    from django.conf import settings

    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite3"):
        return None
    connection = sqlite3.connect(str(database["NAME"]), check_same_thread=False)
    connection.executescript(database["OPTIONS"]["init_command"])
    connection.execute("PRAGMA user_version").fetchone()  # only reading opens the files
    return connection


_held = held_open()
