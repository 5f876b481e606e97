"""The guide as pages show it: a card on the demo project's home, a bar on the page of each step."""

from dataclasses import dataclass

from projects import hooks
from projects.hooks import GuideStep
from projects.models import Job, Project
from projects.services.guide import OPEN, guide_state
from projects.web.links import project_url


@dataclass(frozen=True)
class Place:
    """A step with its number, from 1."""

    number: int
    step: GuideStep


@dataclass(frozen=True)
class GuideView:
    """The guide on one page: ``here`` is the step that this page belongs to, if any."""

    places: list[Place]
    here: Place | None
    is_home: bool

    @property
    def before(self) -> Place | None:
        """The step before this page's that still has a page."""
        return self._next(-1)

    @property
    def after(self) -> Place | None:
        """The step after this page's that still has a page."""
        return self._next(1)

    def _next(self, direction: int) -> Place | None:
        if self.here is None:
            return None
        others = self.places[:: direction or 1]
        rest = others[others.index(self.here) + 1 :]
        return next((place for place in rest if place.step.url), None)


@dataclass(frozen=True)
class Phase:
    """A part of making the demo: ``state`` is done, now or later."""

    title: str
    state: str


def guide_view(project: Project, path: str) -> GuideView | None:
    """Give the guide of a page; None where there is none to show."""
    if hooks.demo is None or guide_state(project=project) != OPEN:
        return None
    steps = hooks.demo.steps(project)
    places = [Place(number, step) for number, step in enumerate(steps, start=1)]
    fitting = [place for place in places if place.step.url and path.startswith(_path(place))]
    here = max(fitting, key=lambda place: len(_path(place)), default=None)
    return GuideView(places, here, path == project_url(project))


def phases_view(job: Job) -> list[Phase]:
    """Give the parts of making a demo, the first that is not done as the present one."""
    found: list[Phase] = []
    for end, title in hooks.demo.phases if hooks.demo else ():
        active = all(phase.state == "done" for phase in found)
        state = "done" if job.progress >= end else "now" if active else "later"
        found.append(Phase(title, state))
    return found


def _path(place: Place) -> str:
    return place.step.url.partition("?")[0]
