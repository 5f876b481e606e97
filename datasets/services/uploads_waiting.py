"""Files that have arrived and wait for somebody to confirm their preview."""

from datasets.models import Upload
from datasets.services.uploads import upload_is_here
from projects.models import Project, User

MOST = 5


def uploads_waiting(*, project: Project, user: User) -> list[Upload]:
    """List the person's newest files that no import has read: a closed tab loses none of them.

    What was fetched from a connection, or is for a dataset that has rows, is not among them.
    """
    found = Upload.objects.filter(
        project=project, created_by=user, connection=None, imports=None, sha256__gt=""
    ).order_by("-created")[:MOST]
    return [upload for upload in found if upload_is_here(upload=upload)]
