"""Uploads to test with: files that have arrived."""

from datasets.models import Upload
from datasets.services.uploads import upload_store
from projects.models import Project

ORDERS = "Invoice;Customer;Amount;Day\n" + "".join(
    f"{'C' if n == 1200 else ''}{n};00{n % 7};{n},50;2011-12-{n % 28 + 1:02}\n" for n in range(1500)
)
"""1,500 rows: text that looks like a number until row 1,201, ids with zeros, decimal commas."""


def make_upload(project: Project, body: str | bytes = ORDERS, name: str = "orders.csv") -> Upload:
    data = body.encode() if isinstance(body, str) else body
    user = project.memberships.get(role="owner").user
    return upload_store(project=project, user=user, name=name, size=len(data), chunks=[data])
