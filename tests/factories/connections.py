"""Connections to test with."""

from typing import Any

from datasets.models import Connection
from datasets.services.connections import connection_create, connection_door
from projects.models import Project

PASSWORD = "s3cret-of-the-shop"
OPTIONS = {"host": "db.example.com", "database": "shop", "user": "reader"}


def make_connection(
    project: Project, name: str = "Shop", kind: str = "postgresql", **options: Any
) -> Connection:
    """Save a connection with a password; nothing is reached."""
    told = {**OPTIONS, **options} if kind == "postgresql" else options
    secrets = {"password": PASSWORD} if kind == "postgresql" else {"secret": PASSWORD}
    door = connection_door(kind=kind, options=told, secrets=secrets)
    user = project.memberships.get(role="owner").user
    return connection_create(project=project, user=user, name=name, door=door)
