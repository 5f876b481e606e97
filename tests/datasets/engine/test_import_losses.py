"""What types would lose of the whole file: the figures that its import then has."""

from pathlib import Path
from typing import Any

import pytest

from datasets.engine.connectors.csv_file import CsvFile, CsvOptions
from datasets.engine.import_losses import file_losses
from segplatform.kernel.progress import NullProgress

MEMORY = 2**28
ROWS = 3000
DAYS = ["2011-12-01", "1.12.2011", "01/12/2011 08:30", "in May"]


def table(n: int) -> str:
    code = f"C{n}" if n % 1000 == 999 else f"{n:05}"
    amount = "" if n == 5 else " " if n == 6 else f"{n},5" if n % 2 else "NA"
    day = DAYS[3 if n == 2500 else 2 if n % 10 == 0 else 0]
    return f"{code};{amount};{day};{'yes' if n % 3 else 1}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "orders.csv"
    rows = "\n".join(table(n) for n in range(ROWS))
    file.write_text(f"Code;Amount;Day;Flag\n{rows}\n", encoding="utf-8")
    return file


def losses(path: Path, columns: list[str], **options: Any) -> dict[str, Any]:
    work = path.parent / "work"
    work.mkdir()
    return file_losses(
        path, path.name, options, columns,
        work=work, progress=NullProgress(), memory_bytes=MEMORY,
    )  # fmt: skip


def test_it_counts_every_type_of_every_column_with_the_first_cells(path: Path) -> None:
    found = losses(path, ["Code", "Amount", "Day", "Flag", "no such column"], null_words=["NA"])
    assert set(found) == {"Code", "Amount", "Day", "Flag"}
    code = found["Code"]
    assert (code["values"], code["types"]["integer"]["misses"]) == (ROWS, 3)
    assert code["types"]["integer"]["examples"] == [
        (1000, "C999"), (2000, "C1999"), (3000, "C2999"),
    ]  # fmt: skip
    amount = found["Amount"]
    assert amount["values"] == 1499  # neither the empty one nor what means nothing
    assert [amount["types"][kind]["misses"] for kind in ("decimal", "integer")] == [0, 1499]
    assert found["Flag"]["types"]["boolean"] == {"misses": 0, "examples": []}
    assert found["Day"]["types"]["date"]["misses"] == 300
    assert "text" not in found["Day"]["types"]  # it loses nothing, ever


@pytest.mark.parametrize("kind", ["integer", "boolean", "datetime"])
def test_the_import_then_loses_exactly_that(path: Path, kind: str) -> None:
    columns = ["Code", "Amount", "Day", "Flag"]
    found = losses(path, columns)
    out = path.parent / "out"
    out.mkdir()
    options = CsvOptions.model_validate({"types": dict.fromkeys(columns, kind)})
    report = CsvFile().read(path, options, out, NullProgress(), MEMORY).report
    lost = {name: one["unreadable"] for name, one in report["columns"].items()}
    told = {name: found[name]["types"][kind]["misses"] for name in columns}
    assert lost == {name: count for name, count in told.items() if count}


def test_what_was_chosen_for_columns_changes_nothing(path: Path) -> None:
    found = losses(
        path, ["Code"], types={"Code": "date", "Gone": "text"}, left_out=["Code"],
        renamed={"Code": "Key"},
    )  # fmt: skip
    assert found["Code"]["types"]["integer"]["misses"] == 3
