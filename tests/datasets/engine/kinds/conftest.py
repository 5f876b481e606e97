"""Real servers for the kinds of remote sources; each starts when the first test asks for it."""

from tests.servers.azurite import azure_server
from tests.servers.google import google_server
from tests.servers.json_api import json_api
from tests.servers.mariadb import mariadb
from tests.servers.mongo import mongo
from tests.servers.seaweed import s3_server

__all__ = ["azure_server", "google_server", "json_api", "mariadb", "mongo", "s3_server"]
