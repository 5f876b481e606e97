"""The guide of a demo project: whether it is shown, and the job that makes what it leads to."""

from projects.models import Job, Project

MAKING, OPEN, DISMISSED = "making", "open", "dismissed"


def guide_state(*, project: Project) -> str:
    """Return ``making``, ``open`` or ``dismissed``; "" for every project but a demo."""
    return str(project.guide.get("state", ""))


def guide_set(*, project: Project, state: str, **more: object) -> None:
    """Change the state of the guide and what it knows; what is not named stays."""
    project.guide = {**project.guide, "state": state, **more}
    project.save(update_fields=["guide", "updated"])


def guide_dismiss(*, project: Project) -> None:
    """Hide the guide from everybody in the project; does nothing where it is not open."""
    if guide_state(project=project) == OPEN:
        guide_set(project=project, state=DISMISSED)


def guide_job(*, project: Project) -> Job | None:
    """Return the job that makes, or made, the demo project."""
    return Job.objects.filter(project=project, pk=project.guide.get("job")).first()
