"""Who may do what at every address; ``test_access.py`` fails on an address without a row.

To add a row: in the table of its app (``access_<app>.py``) write the URL's name and, for each
method that the view knows, what the five kinds of people get — one of the words below or five of
your own; give the values to send in ``BODIES`` where a view needs some to get as far as the
access check, say in ``KWARGS`` how to get a value for a URL argument that is
new, in ``HEADERS`` what a protocol asks for, and in ``PATCHES`` what must not be waited for.

The columns: anonymous, stranger (signed in, not a member), viewer, editor, owner.
``login`` is the redirect to the sign-in page; ``ok`` is any answer that is not a refusal
(a form may still be refused for what is in it); a number is exactly that status.
Methods that are not named must be refused with 405.
"""

from tests.contracts import access_accounts, access_datasets, access_mllab, access_projects

ROLES = ("anonymous", "stranger", "viewer", "editor", "owner")

TABLES = (access_accounts, access_projects, access_datasets, access_mllab)
ACCESS = {name: row for table in TABLES for name, row in table.ACCESS.items()}
BODIES = {key: body for table in TABLES for key, body in table.BODIES.items()}
KWARGS = {name: make for table in TABLES for name, make in table.KWARGS.items()}
PATCHES = {name: value for table in TABLES for name, value in getattr(table, "PATCHES", {}).items()}
HEADERS = {name: value for table in TABLES for name, value in getattr(table, "HEADERS", {}).items()}
