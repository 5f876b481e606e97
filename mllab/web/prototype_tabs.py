"""The tabs of a prototype: one line each, here and nowhere else.

A tab has a function that gives its template's values for a prototype that is trained, and may say
of which prototypes it speaks at all. It has no address of its own but ``?tab=<key>``, or the name
of one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from mllab.models import Prototype
from mllab.web.cut import cut_kind
from mllab.web.prototype_by_hand import by_hand_tab
from mllab.web.prototype_figures import map_tab, silhouette_tab
from mllab.web.prototype_profiles import profiles_tab
from mllab.web.prototype_rules import rules_tab
from mllab.web.prototype_summary import summary_tab
from mllab.web.reachability import has_reach, reach_tab
from mllab.web.settings_words import settings_tab
from projects.models import Project

Context = Callable[[Project, Prototype, QueryDict], dict[str, Any]]
SUMMARY = "summary"


def _always(prototype: Prototype) -> bool:
    return True


def _joins(prototype: Prototype) -> bool:
    return cut_kind(prototype) == "tree"


def _reaches(prototype: Prototype) -> bool:
    return cut_kind(prototype) == "curve"


def _nothing(project: Project, prototype: Prototype, query: QueryDict) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Tab:
    """One tab; ``url`` names the address where it is not that of the prototype."""

    key: str
    label: str
    context: Context = _nothing
    applies: Callable[[Prototype], bool] = _always
    url: str = ""

    @property
    def template(self) -> str:
        """Name the template of what is under the tabs."""
        return f"mllab/_prototype_{self.key}.html"


TABS = (
    Tab(SUMMARY, "Summary", summary_tab),
    Tab("map", "Map", map_tab),
    Tab("profiles", "Profiles", profiles_tab),
    Tab("silhouette", "Silhouette", silhouette_tab),
    Tab("rules", "Rules", rules_tab),
    Tab("cut", "Dendrogram", applies=_joins, url="prototype_cut"),
    Tab("cut", "k-distance", applies=_reaches, url="prototype_cut"),
    Tab("reach", "Reachability", reach_tab, has_reach),
    Tab("customers", "Customers", url="prototype_customers"),
    Tab("value", "Later value", url="prototype_value"),
    Tab("by_hand", "Merge and split", by_hand_tab),
    Tab("settings", "Settings", settings_tab),
)


def tab_of(prototype: Prototype, key: str) -> Tab:
    """Return the tab that an address asks for; the first one for anything odd."""
    found = (tab for tab in TABS if tab.key == key and not tab.url and tab.applies(prototype))
    return next(found, TABS[0])


def tab_links(project: Project, prototype: Prototype, active: str) -> list[dict[str, Any]]:
    """List the tabs as links; a prototype that is not trained has none but its settings."""
    args = [project.pk, prototype.experiment.use_case_id, prototype.pk]
    page = reverse("prototype", args=args)
    shown = TABS if prototype.finished else (TABS[0], TABS[-1])
    return [
        {
            "label": tab.label,
            "url": reverse(tab.url, args=args) if tab.url else _url(page, tab.key),
            "active": tab.key == active,
        }
        for tab in shown
        if tab.applies(prototype)
    ]


def _url(page: str, key: str) -> str:
    return page if key == SUMMARY else f"{page}?tab={key}"
