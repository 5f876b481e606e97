"""The column types of every dataset, and how DuckDB writes them."""

from dataclasses import dataclass
from typing import Literal, get_args

ColumnType = Literal["text", "integer", "decimal", "float", "boolean", "date", "datetime"]
COLUMN_TYPES: tuple[ColumnType, ...] = get_args(ColumnType)

ROW_COLUMN = "__row"
"""Hidden column of imported tables: the 1-based number of the row in its file (BIGINT)."""

DUCKDB_TYPES: dict[ColumnType, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "decimal": "DECIMAL(18,4)",
    "float": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}
"""Money is decimal, never float; times are without zone."""

_INTEGERS = {
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
}


@dataclass(frozen=True)
class Column:
    """One visible column of a table."""

    name: str
    type: ColumnType


def duckdb_type(kind: ColumnType) -> str:
    """Return the SQL type that stores this column type."""
    return DUCKDB_TYPES[kind]


def from_duckdb(sql_type: str) -> ColumnType:
    """Return the column type of DuckDB's ``sql_type`` (as DESCRIBE prints it); text if unknown."""
    name = sql_type.upper()
    if name.endswith("]"):  # a list of anything
        return "text"
    if name.startswith("DECIMAL"):
        return "decimal"
    if name.startswith("TIMESTAMP"):
        return "datetime"
    if name in _INTEGERS:
        return "integer"
    known: dict[str, ColumnType] = {
        "DOUBLE": "float",
        "FLOAT": "float",
        "BOOLEAN": "boolean",
        "DATE": "date",
    }
    return known.get(name, "text")
