"""RFM as one would write it in pandas, independent of ours: what ours is compared with."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from datasets.engine.execute import Source, materialise
from datasets.engine.recipes.base import recipes
from segplatform.kernel.params import check
from segplatform.kernel.progress import NullProgress

FIELDS = {"customer": "Customer", "date": "Date", "invoice": "Invoice", "amount": "Amount"}


def ours(source: Source, out: Path, **params: Any) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Run the recipe over a source; give the table, indexed by customer, and its facts."""
    cls = recipes.get("rfm")
    plan = cls().plan([source.columns], check(cls.Params, {**FIELDS, **params}))
    result = materialise(plan, [source], out, NullProgress(), 2**29)
    with duckdb.connect() as con:
        query = "SELECT * EXCLUDE (__row) FROM read_parquet($1) ORDER BY __row"
        table = con.execute(query, [str(out / result.files[0]["name"])]).df()
    return table.set_index(table.columns[0]), result.report["facts"]


def orders_frame(rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Give rows as pandas has them, money in whole ten-thousandths so that sums are exact."""
    frame = pd.DataFrame(list(rows), columns=list(FIELDS.values()))
    frame["Date"] = pd.to_datetime(frame["Date"]).dt.normalize()
    frame["Amount"] = [None if a is None else round(float(a) * 10_000) for a in frame["Amount"]]
    return frame


def customers(frame: pd.DataFrame) -> pd.DataFrame:
    """Give recency, frequency and monetary (ten-thousandths) of customers, zeros dropped."""
    reference = frame["Date"].max() + pd.Timedelta(days=1)
    table = frame.groupby("Customer").agg(
        Recency=("Date", lambda days: (reference - days.max()).days),
        Frequency=("Invoice", "nunique"),
        Monetary=("Amount", "sum"),
    )
    return table[table["Monetary"] != 0].sort_index()


def tie_safe(values: pd.Series, bins: int = 5) -> pd.Series:
    """Score by cuts that are values of the data: numpy's inverted distribution function."""
    fractions = [i / bins for i in range(1, bins)]
    cuts = np.quantile(values.to_numpy(), fractions, method="inverted_cdf")
    return values.map(lambda value: 1 + int((cuts < value).sum()))


def article(table: pd.DataFrame) -> pd.DataFrame:
    """Score as the article does: quintiles, of frequency by rank, two digits."""
    scores = pd.DataFrame(index=table.index)
    scores["R"] = pd.qcut(table["Recency"], 5, labels=[5, 4, 3, 2, 1]).astype(int)
    ranks = table["Frequency"].rank(method="first")
    scores["F"] = pd.qcut(ranks, 5, labels=[1, 2, 3, 4, 5]).astype(int)
    scores["RFM"] = scores["R"].astype(str) + scores["F"].astype(str)
    return scores
