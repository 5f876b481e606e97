"""What reads a dataset whose columns change, as a page tells it: what is alike together."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse

from datasets.services.refresh_readers import Readers
from projects.models import Project
from projects.templatetags.ui import plural

SHOWN = 3
"""So many names stand there, the others behind a press."""

MOST = 200
"""Nobody reads more of them; how many there are is said."""

RECIPES = "would not run with these columns"
PROGRAMS = "may need what changed: what a program reads, only its author knows"


@dataclass
class Group:
    """Things that are told in one sentence: ``count`` of them, each a name and an address."""

    noun: str
    sentence: str
    why: str
    names: list[tuple[str, str]] = field(default_factory=list)

    @property
    def count(self) -> str:
        """Say how many of what: ``24 recipes``."""
        return plural(len(self.names), self.noun)

    @property
    def first(self) -> list[tuple[str, str]]:
        """Return what is seen at once; a single other one is not worth a press."""
        return self.names[: SHOWN if len(self.names) > SHOWN + 1 else SHOWN + 1]

    @property
    def more(self) -> list[tuple[str, str]]:
        """Return what is behind a press."""
        return self.names[len(self.first) : MOST]

    @property
    def others(self) -> int:
        """Count what is not named."""
        return max(len(self.names) - MOST, 0)

    @property
    def behind(self) -> int:
        """Count what is not seen at once."""
        return len(self.names) - len(self.first)


def readers_grouped(project: Project, readers: Readers | None) -> list[Group]:
    """Put together what would stop for the same reason; recipes that stop come first."""
    found = readers or Readers([], [])
    told = [
        ("recipe" if each.why else "program", RECIPES if each.why else PROGRAMS, each.why,
         (each.recipe.name, reverse("recipe", args=[project.pk, each.recipe.pk])))
        for each in found.recipes
    ]  # fmt: skip
    others = [(use.kind.lower(), "", use.why, (use.name, use.url)) for use in found.others]
    return _together([*sorted(told, key=lambda each: each[0] == "program"), *others])


def _together(told: Iterable[tuple[str, str, str, tuple[str, str]]]) -> list[Group]:
    groups: dict[tuple[str, str, str], Group] = {}
    for noun, sentence, why, name in told:
        key = noun, sentence, why
        groups.setdefault(key, Group(*key)).names.append(name)
    return list(groups.values())
