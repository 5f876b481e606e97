"""Text columns to typed ones: each different text is converted once, and every miss is counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.duck import OnDemand
from datasets.engine.infer import Candidates
from datasets.engine.kinds import Kind, convert_sql
from datasets.engine.plain_cells import plain_values
from datasets.engine.rejects import Rejects
from datasets.engine.types import ROW_COLUMN, ColumnType

HOPELESS = 0.5
"""A kind that misses more than this share of a group's values is not counted any further."""

_ARROW: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(18, 4),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
}
_REASONS: dict[ColumnType, str] = {
    "text": "not text",
    "integer": "not a whole number",
    "decimal": "not an amount",
    "float": "not a number",
    "boolean": "not true or false",
    "date": "not a date",
    "datetime": "not a date with a time",
}


def arrow_type(kind: ColumnType) -> pa.DataType:
    """Return the Arrow type that stores this column type."""
    return _ARROW[kind]


class Misfit(Exception):
    """A value late in the file refutes what the sample said of its column."""


@dataclass
class Target:
    """One column to write: ``kind`` None expects no value, ``chosen`` makes misses null.

    One that is ``dropped`` is not written; one that a person ``left_out`` is not looked at either.
    A ``ready`` one comes as what it is to be.
    """

    index: int
    name: str
    kind: Kind | None
    chosen: bool
    dropped: bool = False
    left_out: bool = False
    ready: bool = False
    missing: int = 0
    unreadable: int = 0
    rounded: int = 0

    @property
    def type(self) -> ColumnType:
        """Return the column's type; text where there is no value."""
        return self.kind.type if self.kind else "text"


class Encoded(NamedTuple):
    """A column as its different texts, and which of them each row holds."""

    texts: pa.Array
    indices: pa.ChunkedArray


def _encode(column: pa.ChunkedArray) -> Encoded:
    """Number the different texts of all pieces of a column."""
    pieces = column.dictionary_encode().unify_dictionaries().chunks
    texts = pieces[0].dictionary if pieces else pa.array([], pa.string())
    return Encoded(texts, pa.chunked_array([piece.indices for piece in pieces], pa.int32()))


@dataclass
class Converter:
    """Converts groups of rows; ``null_words`` are texts that mean "nothing here"."""

    database: OnDemand
    targets: Sequence[Target]
    null_words: Sequence[str] = ()
    _words: pa.Array = field(init=False)

    def __post_init__(self) -> None:
        self._words = pa.array(list(self.null_words), pa.string())

    @property
    def schema(self) -> pa.Schema:
        """Return the schema of what is written: the hidden row number, then the columns."""
        kept = [t for t in self.targets if not t.dropped]
        return pa.schema([(ROW_COLUMN, pa.int64()), *((t.name, _ARROW[t.type]) for t in kept)])

    def convert(self, group: pa.Table, rejects: Rejects) -> pa.Table:
        """Return the typed table; raises ``Misfit`` where a guess does not hold."""
        rows = group.column(ROW_COLUMN)
        encoded = {
            t.index: _encode(self._text(group.column(str(t.index))))
            for t in self.targets
            if t.kind and t.type != "text" and not (t.left_out or t.ready)
        }
        values = self._values({i: found.texts for i, found in encoded.items()})
        columns = [rows]
        for target in self.targets:
            if target.left_out:
                continue
            if target.index in encoded:
                found = encoded[target.index], values[target.index]
                column = self._typed(target, *found, rows, rejects)
            elif target.ready:
                column = group.column(str(target.index))
            else:
                column = self._text(group.column(str(target.index)))
                if target.kind is None and column.null_count < len(column):
                    raise Misfit(target.name)
            if not target.dropped:
                target.missing += column.null_count
                columns.append(column)
        return pa.Table.from_arrays(columns, schema=self.schema)

    def _typed(
        self, target: Target, encoded: Encoded, values: pa.Array, rows: pa.ChunkedArray,
        rejects: Rejects,
    ) -> pa.ChunkedArray:  # fmt: skip
        """Spread the converted values over the rows; count what did not convert."""
        if values.null_count:
            self._misses(target, encoded, values, rows, rejects)
        if target.chosen and target.type == "decimal":
            target.rounded += self._rounded(encoded, values)
        return values.take(encoded.indices)

    def _values(self, texts: dict[int, pa.Array]) -> dict[int, pa.Array]:
        """Convert the different texts of each column, in their order; what does not fit is null.

        One query for all columns that need one, the shorter ones filled up: a query costs more
        than its rows.
        """
        kinds = {t.index: t.kind for t in self.targets if t.kind and t.index in texts}
        found = {i: plain_values(texts[i], kind, _ARROW[kind.type]) for i, kind in kinds.items()}
        done = {i: values for i, values in found.items() if values is not None}
        return done | self._asked({i: kind for i, kind in kinds.items() if i not in done}, texts)

    def _asked(self, kinds: dict[int, Kind], texts: dict[int, pa.Array]) -> dict[int, pa.Array]:
        """Let DuckDB convert the texts of the columns that have these kinds."""
        if not kinds:
            return {}
        longest = max(len(texts[i]) for i in kinds)
        padded = {
            f"x{i}": pa.concat_arrays([texts[i], pa.nulls(longest - len(texts[i]), pa.string())])
            for i in kinds
        }
        made = ", ".join(f"{convert_sql(kind, f'x{i}')} AS v{i}" for i, kind in kinds.items())
        result = self._query(f"SELECT {made} FROM texts", pa.table(padded))
        return {
            i: result.column(f"v{i}").slice(0, len(texts[i])).combine_chunks().cast(_ARROW[k.type])
            for i, k in kinds.items()
        }

    def _query(self, sql: str, texts: pa.Table) -> pa.Table:
        con = self.database.con
        con.register("texts", texts)
        try:
            return con.sql(sql).to_arrow_table()
        finally:
            con.unregister("texts")

    def _text(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return the column, null words made null."""
        if not len(self._words):
            return column
        return pc.if_else(pc.is_in(column, self._words), pa.scalar(None, pa.string()), column)

    def _misses(
        self, target: Target, encoded: Encoded, values: pa.Array, rows: pa.ChunkedArray,
        rejects: Rejects,
    ) -> None:  # fmt: skip
        """Count and keep the cells that do not fit; blank ones are just missing."""
        blank = pc.equal(pc.ascii_trim(encoded.texts, " \t"), "")
        missed = pc.and_(pc.is_null(values), pc.invert(blank))
        if not pc.any(missed).as_py():
            return
        if not target.chosen:
            raise Misfit(target.name)
        where = pc.fill_null(missed.take(encoded.indices), False)
        texts = encoded.texts.take(encoded.indices).filter(where)
        reason = _REASONS[target.type]
        for row, text in zip(rows.filter(where).to_pylist(), texts.to_pylist(), strict=True):
            rejects.add(row, target.name, text, reason)
            target.unreadable += 1

    def _rounded(self, encoded: Encoded, values: pa.Array) -> int:
        """Count the cells of a chosen decimal column that have more than its four decimals."""
        long = pc.match_substring_regex(encoded.texts, r"[.,][0-9]{4}[0-9]*[1-9][0-9]*\s*$")
        cut = pc.and_(long, pc.is_valid(values)).take(encoded.indices)
        return int(pc.sum(cut).as_py() or 0)

    def survey(self, group: pa.Table, found: dict[int, Candidates]) -> None:
        """Count for each column in ``found`` how many values of this group every kind misses."""
        for index, candidates in found.items():
            text = self._text(group.column(str(index)))
            counted = text.drop_null().value_counts()
            if not len(counted):
                continue
            texts, counts = counted.field("values"), counted.field("counts")
            total, misses = self._counts(texts, counts, candidates.kinds)
            candidates.values += total
            for kind, count in zip(candidates.kinds, misses, strict=True):
                candidates.misses[kind] = candidates.misses.get(kind, 0) + count
            candidates.kinds = list(_hopeful(candidates, total, misses))

    def _counts(
        self, texts: pa.Array, counts: pa.Array, kinds: Sequence[Kind]
    ) -> tuple[int, list[int]]:
        """Return how many cells are not blank, and how many of them each kind misses."""
        missed = (f"sum(n) FILTER (WHERE ({convert_sql(kind, 'x')}) IS NULL)" for kind in kinds)
        sums = ", ".join(
            f"coalesce({count}, 0)::BIGINT AS k{i}" for i, count in enumerate(("sum(n)", *missed))
        )
        sql = f"SELECT {sums} FROM texts WHERE trim(x, ' \t') <> ''"
        table = pa.table({"x": texts, "n": counts})
        total, *misses = (column[0].as_py() for column in self._query(sql, table).columns)
        return total, misses


def _hopeful(found: Candidates, total: int, misses: Sequence[int]) -> Iterator[Kind]:
    """Keep the kinds that may still win or are worth a sentence, at least the best one."""
    best = min(misses, default=0)
    for kind, count in zip(found.kinds, misses, strict=True):
        if count <= total * HOPELESS or (found.wanted and count == best):
            yield kind
