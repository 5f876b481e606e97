"""What differs between two prototypes, and between the spaces of a leaderboard, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.text import get_text_list

from mllab.services.leaderboards import Leaderboard, LeaderboardRow
from mllab.services.spaces import Space
from mllab.web.settings_words import ROLES, SettingsWords, settings_words

NONE = "\N{EN DASH}"
AS_ALL = "as all columns"
INPUTS = ROLES[0][1]
COMPONENTS = "Principal components"


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same; ``a`` and ``b`` are what each of the two has."""

    what: str
    a: str
    b: str


@dataclass(frozen=True)
class SpaceView:
    """A space of the board: what was prepared how, and its rows."""

    letter: str
    words: str
    experiments: str


@dataclass(frozen=True)
class DifferencesView:
    """Two prototypes side by side; ``other_space`` says that their scores cannot be compared."""

    a: LeaderboardRow
    b: LeaderboardRow
    items: list[Difference]
    other_space: bool

    @property
    def rows(self) -> tuple[LeaderboardRow, LeaderboardRow]:
        """Both of them."""
        return self.a, self.b


def differences_view(board: Leaderboard, asked: Iterable[str]) -> DifferencesView | None:
    """Compare the settings of two rows of the board; None for any other number of them."""
    rows = {str(row.prototype.pk): row for row in board.rows}
    found = [rows[pk] for pk in dict.fromkeys(asked) if pk in rows]
    if len(found) != 2:
        return None
    a, b = found
    return DifferencesView(a, b, differences(a, b), a.space.letter != b.space.letter)


def differences(a: LeaderboardRow, b: LeaderboardRow) -> list[Difference]:
    """List what differs: algorithm, parameters, data, features, preparation, seed."""
    one, other = settings_words(a.prototype), settings_words(b.prototype)
    found = [
        Difference("Algorithm", _algorithm(a), _algorithm(b)),
        *_each(dict(one.params), dict(other.params), NONE),
        *_data(a, b),
        *_each(_roles(one), _roles(other), NONE),
        *_each(_preparation(one), _preparation(other), AS_ALL),
        Difference("Seed", str(a.experiment.seed), str(b.experiment.seed)),
    ]
    return [item for item in found if item.a != item.b]


def differs_by(row: LeaderboardRow, first: LeaderboardRow) -> str:
    """Name in short what else than the model differs: "principal components, seed"."""
    if row.experiment.pk == first.experiment.pk:
        return ""
    model = {"Algorithm", *(name for r in (row, first) for name, _ in _params(r))}
    names = [item.what for item in differences(row, first) if item.what not in model]
    return ", ".join(_short(name) for name in names)


def space_views(board: Leaderboard) -> list[SpaceView]:
    """Say of each space what was prepared how; nothing where there is one only."""
    if len(board.spaces) < 2:
        return []
    first = {row.space.letter: row for row in reversed(board.rows)}
    return [
        _space_view(space, first[space.letter]) for space in board.spaces if space.letter in first
    ]


def _space_view(space: Space, row: LeaderboardRow) -> SpaceView:
    words = settings_words(row.prototype)
    inputs = dict(words.roles).get(INPUTS, [])
    columns = list(inputs[:4])
    if len(inputs) > 4:
        columns.append(f"{len(inputs) - 4} more")
    told = [get_text_list(columns, "and"), *_prepared(words), _rows_words(row)]
    numbers = [str(each.number) for each in space.experiments]
    label = "Experiment" if len(numbers) == 1 else "Experiments"
    return SpaceView(
        space.letter, " · ".join(part for part in told if part),
        f"{label} {get_text_list(numbers, 'and')}",
    )  # fmt: skip


def _prepared(words: SettingsWords) -> list[str]:
    """Write the preparation of all columns, and what is special of some."""
    lines = [(title, said) for title, said in words.preparation if said]
    return [said if title == "All columns" else f"{title}: {said}" for title, said in lines[:4]]


def _rows_words(row: LeaderboardRow) -> str:
    parts = [f"{row.experiment.rows:,} rows" if row.experiment.rows else ""]
    if row.experiment.version_number:
        parts.append(f"dataset version {row.experiment.version_number}")
    return ", ".join(part for part in parts if part)


def _algorithm(row: LeaderboardRow) -> str:
    return row.algorithm.label if row.algorithm else row.prototype.algorithm


def _params(row: LeaderboardRow) -> list[tuple[str, str]]:
    return settings_words(row.prototype).params


def _data(a: LeaderboardRow, b: LeaderboardRow) -> list[Difference]:
    one, other = a.experiment, b.experiment
    # A prototype that is not trained has trained on nothing, whatever it was made with.
    counts = [row.prototype.trained_rows for row in (a, b)]
    trained = [_told(count if all(counts) else None) for count in counts]
    return [
        Difference("Dataset version", _told(one.version_number), _told(other.version_number)),
        Difference("Rows", _told(one.rows), _told(other.rows)),
        Difference("Rows trained on", *trained),
    ]


def _told(value: int | None) -> str:
    return f"{value:,}" if value is not None else NONE


def _roles(words: SettingsWords) -> dict[str, str]:
    return {title: ", ".join(sorted(names)) for title, names in words.roles}


def _preparation(words: SettingsWords) -> dict[str, str]:
    return {COMPONENTS: "off"} | {title: said or "as it is" for title, said in words.preparation}


def _each(one: Mapping[str, str], other: Mapping[str, str], missing: str) -> list[Difference]:
    """Pair what both say under each title; ``missing`` is what silence means."""
    titles = list(dict.fromkeys([*one, *other]))
    return [
        Difference(title, one.get(title, missing), other.get(title, missing)) for title in titles
    ]


def _short(name: str) -> str:
    return {INPUTS: "features", "All columns": "preparation"}.get(name, name[:1].lower() + name[1:])
