"""The demo project as the pages of projects know it."""

from mllab.services.demo import PHASES, demo_failure, demo_remove, demo_start
from mllab.services.guide import guide_steps
from projects.hooks import GuideStep
from projects.models import Project, User


class Demos:
    """Makes demo projects and knows the way through them."""

    phases = PHASES

    def start(self, user: User) -> Project:
        """Start making one for this person, or return the one that is being made."""
        return demo_start(user=user)[0]

    def remove(self, project: Project) -> None:
        """Remove a demo whose making ended badly; ``Conflict`` for any other project."""
        demo_remove(project=project)

    def failure(self, project: Project) -> str:
        """Say in a sentence why making it ended badly; "" while it goes on, or is whole."""
        return demo_failure(project=project)

    def steps(self, project: Project) -> list[GuideStep]:
        """List the steps of the guide."""
        return guide_steps(project=project)
