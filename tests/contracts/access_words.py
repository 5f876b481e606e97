"""The usual rows of the access tables: anonymous, stranger, viewer, editor, owner."""

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")

NOTHING_THERE = "404 404 404 404 404"
PUBLIC = "ok ok ok ok ok"
PERSON = "login ok ok ok ok"
VIEWER = "login 404 ok ok ok"
EDITOR = "login 404 403 ok ok"
OWNER = "login 404 403 403 ok"

API_PERSON = "401 ok ok ok ok"
API_VIEWER = "401 404 ok ok ok"
API_EDITOR = "401 404 403 ok ok"
API_OWNER = "401 404 403 403 ok"
