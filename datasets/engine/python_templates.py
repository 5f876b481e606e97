"""The scripts that a Python recipe can start from, written for the names of its input."""

import json
import textwrap
from collections.abc import Sequence

from datasets.engine.rfm_columns import guess_columns
from datasets.engine.types import Column

QUANTITIES = ("quantity", "qty", "units", "count", "number")
PRICES = ("unitprice", "priceperunit", "itemprice", "price")
TOTALS = ("totalprice", "totalamount", "linetotal", "amount", "total", "revenue", "sales")
NO_TOTAL = ("Quantity", "UnitPrice")  # of the Online Retail file, where nothing fits better
ONLINE_RETAIL = {"invoiceno", "stockcode", "quantity", "invoicedate", "unitprice", "customerid"}


def blank(name: str, columns: Sequence[Column]) -> str:
    """Return the smallest script that runs; without an input it makes a table of nothing."""
    if not name:
        return _script(
            """
            # A dataset from nothing: whatever DataFrame you put into output is the result.
            output = pd.DataFrame({"Number": range(1, 11)})
            """
        )
    return _script(
        """
        # inputs holds one pandas DataFrame for each input, by the name of its dataset.
        # Whatever DataFrame you put into output is the result.
        data = inputs[{name}]

        print(len(data), "rows")

        output = data
        """,
        name=name,
    )


def total_price(name: str, columns: Sequence[Column]) -> str:
    """Return the script that adds TotalPrice, rounded to the four places of money."""
    quantity, price = _quantity_and_price(columns) or NO_TOTAL
    return _script(
        """
        # What each row is worth: quantity times price.
        orders = inputs[{name}].copy()

        orders["TotalPrice"] = (orders[{quantity}] * orders[{price}]).round(4)
        print("Total:", orders["TotalPrice"].sum().round(4))

        output = orders
        """,
        name=name,
        quantity=quantity,
        price=price,
    )


def rfm(name: str, columns: Sequence[Column]) -> str:
    """Return the script that scores customers, as the papAI article does.

    Sums are rounded to four places: the residues of floats would keep customers whose orders and
    returns come to nothing.
    """
    guessed = guess_columns(columns)
    customer = guessed.get("customer", "CustomerID")
    date, invoice = guessed.get("date", "InvoiceDate"), guessed.get("invoice", "InvoiceNo")
    worth, kept = _worth(columns)
    return _script(
        _RFM,
        name=name,
        customer=customer,
        date=date,
        invoice=invoice,
        worth=_Bare(worth),
        kept=_Bare(kept),
        reference=_Bare(_reference(columns, date)),
    )


_RFM = """
    # One row per customer: recency, frequency, monetary, and their scores from 1 to 5 (best).
    orders = inputs[{name}]
    orders = orders[orders[{customer}].notna()]
    {kept}
    orders = orders.assign(Worth={worth})
    reference = {reference}
    progress(0.3, "Adding up each customer")

    bought = orders.groupby({customer})
    customers = pd.DataFrame({{
        "Recency": (reference - bought[{date}].max()).dt.days,
        "Frequency": bought[{invoice}].nunique(),
        "Monetary": bought["Worth"].sum().round(4),
    }})
    customers = customers[customers["Monetary"] != 0]
    progress(0.7, "Scoring")

    first = customers["Frequency"].rank(method="first")  # many bought as often: ranks part them
    customers["R"] = pd.qcut(customers["Recency"], 5, labels=[5, 4, 3, 2, 1]).astype(int)
    customers["F"] = pd.qcut(first, 5, labels=[1, 2, 3, 4, 5]).astype(int)
    customers["M"] = pd.qcut(customers["Monetary"], 5, labels=[1, 2, 3, 4, 5]).astype(int)
    scores = customers[["R", "F", "M"]].astype(str)
    customers["RFM"] = scores["R"] + scores["F"] + scores["M"]
    print(len(customers), "customers, together", customers["Monetary"].sum().round(4))

    output = customers.reset_index()
    """


class _Bare(str):
    """Text that goes into a script as it is; all other values become string literals."""


def _script(text: str, **names: str) -> str:
    quoted = {
        key: value if isinstance(value, _Bare) else json.dumps(value, ensure_ascii=False)
        for key, value in names.items()
    }
    plain = textwrap.dedent(text).strip()
    return (plain.format(**quoted) if names else plain) + "\n"


def _worth(columns: Sequence[Column]) -> tuple[str, str]:
    """Return what a row is worth, and which rows to keep, as expressions of the script."""
    pair = _quantity_and_price(columns)
    total = _named(columns, TOTALS)
    if pair is None and total:
        column = f"orders[{json.dumps(total, ensure_ascii=False)}]"
        return column, f"orders = orders[{column} > 0]"
    quantity, price = (
        f"orders[{json.dumps(each, ensure_ascii=False)}]" for each in pair or NO_TOTAL
    )
    return f"{quantity} * {price}", f"orders = orders[({quantity} > 0) & ({price} > 0)]"


def _reference(columns: Sequence[Column], date: str) -> str:
    """Return the day up to which recency counts: the article's for its own file."""
    if {column.name.casefold() for column in columns} >= ONLINE_RETAIL:
        return 'pd.Timestamp("2011-12-11")  # as in the article; the data end on 9 December'
    column = json.dumps(date, ensure_ascii=False)
    return f"orders[{column}].max().normalize() + pd.Timedelta(days=1)"


def _quantity_and_price(columns: Sequence[Column]) -> tuple[str, str] | None:
    quantity, price = _named(columns, QUANTITIES), _named(columns, PRICES)
    return (quantity, price) if quantity and price else None


def _named(columns: Sequence[Column], names: Sequence[str]) -> str | None:
    plain = {"".join(c for c in column.name.lower() if c.isalnum()): column for column in columns}
    return next((plain[name].name for name in names if name in plain), None)
