"""What higher apps add to the shared pages and workers, filled in their ``AppConfig.ready()``."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from projects.models import Project, User
    from projects.services.bins import Bin

Labelled = Mapping[tuple[str, ...], float]
"""A value for each set of labels."""

ProjectCounts = Callable[[Iterable[UUID]], dict[str, dict[UUID, int]]]


@dataclass(frozen=True)
class RailEntry:
    """One entry of a project's rail; ``url_name`` is reversed with ``project_id``."""

    key: str
    label: str
    icon: str
    url_name: str
    order: int = 100
    role: str = "viewer"


@dataclass(frozen=True)
class SearchHit:
    """One line of the quick search: ``kind`` is a word as "Dataset", ``detail`` says where."""

    label: str
    kind: str
    url: str
    icon: str
    detail: str = ""


@dataclass(frozen=True)
class DatasetAction:
    """A button on the pages of a dataset that has rows.

    ``url_name`` is reversed with ``project_id``; the dataset follows as ``?dataset=``.
    """

    label: str
    icon: str
    url_name: str
    role: str = "viewer"


@dataclass(frozen=True)
class Banner:
    """A warning on top of every page."""

    title: str
    text: str
    icon: str = "shield-off"


@dataclass(frozen=True)
class GuideStep:
    """One step of the guide through the demo project; without ``url`` its page is gone."""

    title: str
    text: str
    icon: str
    url: str = ""


@dataclass(frozen=True)
class Fault:
    """Something that must never be: ``subject`` names the row or file, ``text`` what is wrong."""

    subject: str
    text: str


@dataclass(frozen=True)
class Measure:
    """Something to watch: a gauge's name and meaning, and its value for each set of labels."""

    name: str
    text: str
    labels: tuple[str, ...] = ()
    values: Labelled = field(default_factory=dict)


class DemoMaker(Protocol):
    """What makes the demo project and knows the way through it."""

    @property
    def phases(self) -> tuple[tuple[float, str], ...]:
        """What making it goes through, each with the progress, 0 to 1, at which it is done."""

    def start(self, user: "User") -> "Project":
        """Start making one for this person, or return the one that is being made.

        Those of this person whose making ended badly are removed.
        """

    def remove(self, project: "Project") -> None:
        """Remove a demo whose making ended badly; ``Conflict`` for any other project."""

    def failure(self, project: "Project") -> str:
        """Say in a sentence why making it ended badly; "" while it goes on, or is whole."""

    def steps(self, project: "Project") -> list[GuideStep]:
        """List the steps of the guide."""


banners: list[Callable[[], Banner | None]] = []
"""Each says what everybody must know of this installation, or nothing."""

dataset_actions: list[DatasetAction] = []
"""What can be done with a dataset elsewhere."""

project_counts: list[ProjectCounts] = []
"""Each gives counts for project cards: ``{"datasets": {project id: number}}``."""

worker_start: list[Callable[[], None]] = []
"""Each readies a worker's parent before it forks: imports what jobs will need, or starts a helper
process for them; it computes nothing itself."""

housekeeping: list[Callable[[], None]] = []
"""Each removes what nobody needs any more (expired uploads, forgotten files), now and then."""

bins: list["Bin"] = []
"""What can be deleted and restored; what needs other things comes after them."""

stored_folders: list[Callable[[str], Iterable[str]]] = []
"""Each names the folders, relative to the data directory, that rows of its app point to in the
database of this alias: what a backup must hold."""

rail_entries: list[RailEntry] = [
    RailEntry("jobs", "Activity", "activity", "job_list", order=800),
    RailEntry("members", "Members", "users", "project_members", order=810),
    RailEntry("audit", "Audit log", "scroll-text", "project_audit", order=820, role="owner"),
    RailEntry("deleted", "Deleted", "trash-2", "project_deleted", order=890, role="editor"),
    RailEntry("settings", "Settings", "settings", "project_settings", order=900, role="editor"),
]
"""The pages of a project; sorted by ``order`` and shown to members with ``role``."""

search_providers: list[Callable[["User", str], list[SearchHit]]] = []
"""Each gives what of its app this person may open and has the text in its name."""

demo: DemoMaker | None = None
"""Behind the button *Try the demo project*; there is none without it."""

health: dict[str, Callable[[], str]] = {}
"""Parts that ``GET /health`` names, as "sandbox": each says ``"ok"``, ``"unavailable"`` or a
warning in one word, as ``"unsafe"``."""

checks: list[Callable[[], tuple[str, str, str]]] = []
"""Each gives a line of `segplatform check`: its name, ``"ok"``, ``"note"`` or ``"failed"``, and
what there is to say."""

integrity: list[Callable[[], list[Fault]]] = []
"""Each looks for rows and files that are not as they must be; that may take minutes."""

measures: list[Callable[[], Iterable[Measure]]] = []
"""Each gives figures of its app for ``GET /health/metrics``, asked every few seconds: be quick."""

error_pages: list[str] = []
"""Dotted names of functions that are given a request and the ``UserError`` that it raised; each may
give a response in place of the error's page, or None."""

project_home = "project_home"
"""Name of the URL that a project opens with; it takes ``project_id``."""
