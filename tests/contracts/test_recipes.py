"""What every recipe must do; the visual ones on awkward tables written fresh for each test."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pytest

from datasets.engine.execute import Source, describe, materialise, preview, sql
from datasets.engine.recipes.base import (
    Applied,
    CodeRecipe,
    ModelRecipe,
    Plan,
    Recipe,
    VisualRecipe,
    recipes,
)
from datasets.engine.types import Column, ColumnType, duckdb_type
from segplatform.kernel.errors import Cancelled, UserError
from segplatform.kernel.params import check
from segplatform.kernel.progress import NullProgress
from tests.frames import FRAMES, write

T = TypeVar("T")
MEMORY = 2**28
VISUAL = [cls for cls in recipes.all() if issubclass(cls, VisualRecipe)]
CODE = [pytest.param(cls, id=cls.key) for cls in recipes.all() if issubclass(cls, CodeRecipe)]
ALL = [pytest.param(cls, id=cls.key) for cls in recipes.all()]
MODELS = [pytest.param(cls, id=cls.key) for cls in recipes.all() if issubclass(cls, ModelRecipe)]
RECIPES = [pytest.param(cls, id=cls.key) for cls in VISUAL]
TABLES = [pytest.param(name, id=name.replace(" ", "_")) for name in FRAMES]


def rfm_example(columns: Sequence[Column]) -> dict[str, Any]:
    def first(*kinds: ColumnType) -> str:
        return next((c.name for c in columns if c.type in kinds), columns[-1].name)

    return {
        "customer": columns[0].name,
        "date": first("date", "datetime"),
        "invoice": columns[min(2, len(columns) - 1)].name,
        "amount": first("decimal", "float"),
    }


def prepare_example(columns: Sequence[Column]) -> dict[str, Any]:
    formula = {"kind": "formula", "column": "Two more", "expression": "1 + 1.5"}
    return {"steps": [formula, {"kind": "drop_missing", "columns": [columns[0].name]}]}


# The parameters that each recipe is tried with; one line for each new recipe.
EXAMPLES: dict[str, Callable[[Sequence[Column]], dict[str, Any]]] = {
    "prepare": prepare_example,
    "rfm": rfm_example,
}


def score_model(source: Source, folder: Path) -> dict[str, Any]:
    """Learn from the numbers of the plain table of orders."""
    from mllab.engine.model import read_model
    from mllab.engine.prepare import prepare
    from mllab.engine.settings import Feature, Settings
    from mllab.engine.train import train

    features = [Feature(column=name, role="input") for name in ("Customer", "Amount")]
    prepare(source, features, Settings(), 1, folder, NullProgress())
    train(folder, folder / "one", algorithm="kmeans", params={"k": 2}, seed=1,
          progress=NullProgress())  # fmt: skip
    names = {str(label): f"Segment {label}" for label in (-1, 0, 1)}
    return {"model": read_model(folder / "one/model.json"), "names": names}


# What each model recipe applies here; one line for each new one.
APPLIED: dict[str, Callable[[Source, Path], dict[str, Any]]] = {"score": score_model}


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Applied]:
    folder, frame = tmp_path_factory.mktemp("models"), FRAMES["orders"]()
    source = write(folder / "orders", frame.columns, frame.rows)
    return {
        key: Applied("1", "Groups", "a", make(source, folder / key))
        for key, make in APPLIED.items()
    }


class StopAtOnce(NullProgress):
    def step(self, fraction: float, message: str = "") -> None:
        raise Cancelled


class Recorder(NullProgress):
    def __init__(self) -> None:
        self.fractions: list[float] = []

    def step(self, fraction: float, message: str = "") -> None:
        self.fractions.append(fraction)


def planned(cls: type[VisualRecipe], source: Source) -> Plan:
    assert cls.key in EXAMPLES, f"{cls.key} has no example parameters in this test: add some"
    inputs = [source.columns] * len(cls.slots)
    params = check(cls.Params, EXAMPLES[cls.key](source.columns))
    return cls().plan(inputs, params)


def tried(cls: type[VisualRecipe], name: str, folder: Path) -> tuple[Plan, list[Source]]:
    """Plan the recipe for one of the tables; skip where it declines in a sentence."""
    frame = FRAMES[name]()
    source = write(folder / "input", frame.columns, frame.rows)
    plan = or_error(lambda: planned(cls, source))
    if isinstance(plan, Plan):
        return plan, [source] * len(cls.slots)
    assert str(plan).endswith(".")
    assert name != "orders", f"{cls.key} declines a plain table: {plan}"
    pytest.skip(f"declined: {plan}")


def or_error(plan: Callable[[], T]) -> T | UserError:
    try:
        return plan()
    except UserError as error:
        return error


@pytest.mark.parametrize("cls", ALL)
def test_it_describes_itself(cls: type[Recipe]) -> None:
    families = {"visual": VisualRecipe, "code": CodeRecipe, "model": ModelRecipe}
    assert [name for name, base in families.items() if issubclass(cls, base)] == [cls.family]
    assert cls.title
    assert cls.icon
    assert cls.slots
    assert 0 <= cls.min_inputs <= cls.max_inputs
    assert cls.help.endswith(".")
    json.dumps(cls.Params.model_json_schema())


@pytest.mark.parametrize("cls", CODE)
@pytest.mark.parametrize("name", TABLES)
def test_its_programs_are_told_as_they_are_written(cls: type[CodeRecipe], name: str) -> None:
    columns = FRAMES[name]().columns
    for inputs in ({}, {"orders": columns}, {'it\'s "odd" {x}': []}):
        templates = cls().templates(inputs)
        assert templates
        for template in templates:
            compile(template.code, template.key, "exec")
            params = check(cls.Params, {"code": f"\n  {template.code}"})
            assert cls().arguments(params)["code"] == f"\n  {template.code}"  # lines keep numbers


@pytest.mark.parametrize("cls", CODE)
def test_a_program_without_a_word_is_refused(cls: type[CodeRecipe]) -> None:
    with pytest.raises(UserError) as caught:
        cls().arguments(check(cls.Params, {"code": " \n"}))
    assert "code" in caught.value.fields


@pytest.mark.parametrize("cls", RECIPES)
@pytest.mark.parametrize("name", TABLES)
def test_what_it_says_shows_and_writes_agree(
    cls: type[VisualRecipe], name: str, tmp_path: Path
) -> None:
    plan, sources = tried(cls, name, tmp_path)
    before = [file.read_bytes() for source in sources for file in source.files]
    columns = describe(plan, [source.columns for source in sources])
    shown = preview(plan, sources)
    progress = Recorder()
    out = tmp_path / "out"
    result = materialise(plan, sources, out, progress, MEMORY)
    json.dumps([shown, result.columns, result.files, result.report])
    assert [(c["name"], c["type"]) for c in shown["columns"]] == [(c.name, c.type) for c in columns]
    assert [(c["name"], c["type"]) for c in result.columns] == [(c.name, c.type) for c in columns]
    assert shown["count"] == result.rows == sum(file["rows"] for file in result.files)
    assert shown["facts"] == result.report["facts"]
    assert result.bytes == sum((out / file["name"]).stat().st_size for file in result.files)
    assert [file.read_bytes() for source in sources for file in source.files] == before
    assert all(0 <= fraction <= 1 for fraction in progress.fractions)
    _written_as_said(out / result.files[0]["name"], columns, result.columns)
    _shown_as_written(out / result.files[0]["name"], columns, shown["rows"])


def _written_as_said(
    file: Path, columns: Sequence[Column], infos: Sequence[dict[str, Any]]
) -> None:
    with duckdb.connect() as con:
        found = con.execute("DESCRIBE SELECT * FROM read_parquet($1)", [str(file)]).fetchall()
        rows = con.execute("SELECT * FROM read_parquet($1)", [str(file)]).fetchall()
    assert [row[:2] for row in found] == [
        ("__row", "BIGINT"),
        *((c.name, duckdb_type(c.type)) for c in columns),
    ]
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    missing = [sum(row[place] is None for row in rows) for place in range(1, len(columns) + 1)]
    assert [info["missing"] for info in infos] == missing


def _shown_as_written(
    file: Path, columns: Sequence[Column], shown: Sequence[Sequence[str | None]]
) -> None:
    from datasets.engine.display import shown as text

    with duckdb.connect() as con:
        rows = con.execute(
            "SELECT * EXCLUDE (__row) FROM read_parquet($1) ORDER BY __row LIMIT 100", [str(file)]
        ).fetchall()
    assert shown == [[None if cell is None else text(cell) for cell in row] for row in rows]


@pytest.mark.parametrize("cls", RECIPES)
def test_its_sql_is_for_people_and_planning_twice_is_the_same(
    cls: type[VisualRecipe], tmp_path: Path
) -> None:
    plan, sources = tried(cls, "orders", tmp_path)
    assert "\n" in sql(plan)
    assert sql(plan) == sql(planned(cls, sources[0]))


@pytest.mark.parametrize("cls", RECIPES)
@pytest.mark.parametrize("name", TABLES)
def test_its_proposal_is_read_or_refused_in_words(cls: type[VisualRecipe], name: str) -> None:
    columns = FRAMES[name]().columns
    inputs = [columns] * len(cls.slots)
    proposal = cls().proposal(inputs)
    json.dumps(proposal)
    plan = or_error(lambda: cls().plan(inputs, check(cls.Params, proposal)))
    assert str(plan).endswith(".") if isinstance(plan, UserError) else describe(plan, inputs)


@pytest.mark.parametrize("cls", RECIPES)
def test_it_refuses_a_setting_that_is_not_there(cls: type[VisualRecipe]) -> None:
    example = EXAMPLES[cls.key](FRAMES["orders"]().columns)
    with pytest.raises(UserError) as caught:
        check(cls.Params, {**example, "no_such_setting": 1})
    assert "no_such_setting" in caught.value.fields


@pytest.mark.parametrize("cls", RECIPES)
def test_it_stops_when_it_is_cancelled(cls: type[VisualRecipe], tmp_path: Path) -> None:
    plan, sources = tried(cls, "orders", tmp_path)
    with pytest.raises(Cancelled):
        materialise(plan, sources, tmp_path / "out", StopAtOnce(), MEMORY)
    assert not list((tmp_path / "out").glob("part-*"))


@pytest.mark.parametrize("cls", MODELS)
@pytest.mark.parametrize("name", TABLES)
def test_a_model_says_and_writes_the_same_or_declines_in_a_sentence(
    cls: type[ModelRecipe], name: str, tmp_path: Path, applied: dict[str, Applied]
) -> None:
    frame, model = FRAMES[name](), applied[cls.key]
    source = write(tmp_path / "input", frame.columns, frame.rows)
    params = check(cls.Params, {**cls().proposal([source.columns]), cls.model_param: model.id})
    columns = or_error(lambda: cls().columns([source.columns], params, model))
    out, progress = tmp_path / "out", Recorder()
    if isinstance(columns, UserError):
        assert (str(columns)[-1:], bool(columns.fields), name != "orders") == (".", True, True)
        with pytest.raises(UserError):
            cls().run(source, params, model, out, progress)
        return
    before = [file.read_bytes() for file in source.files]
    result = cls().run(source, params, model, out, progress)
    json.dumps([result.columns, result.files, result.report])
    assert [(c["name"], c["type"]) for c in result.columns] == [(c.name, c.type) for c in columns]
    assert result.rows == result.report["rows_in"][0] == len(frame.rows)
    assert all(0 <= fraction <= 1 for fraction in progress.fractions)
    assert [file.read_bytes() for file in source.files] == before
    _written_as_said(out / result.files[0]["name"], columns, result.columns)


@pytest.mark.parametrize("cls", MODELS)
def test_a_model_stops_when_it_is_cancelled(
    cls: type[ModelRecipe], tmp_path: Path, applied: dict[str, Applied]
) -> None:
    frame, model = FRAMES["orders"](), applied[cls.key]
    source = write(tmp_path / "input", frame.columns, frame.rows)
    params = check(cls.Params, {cls.model_param: model.id})
    with pytest.raises(Cancelled):
        cls().run(source, params, model, tmp_path / "out", StopAtOnce())
    assert not list((tmp_path / "out").glob("part-*"))
