"""Which columns of a table of orders are the customer, the date, the invoice and the amount."""

from collections.abc import Sequence

from datasets.engine.sample import customer_column
from datasets.engine.types import Column, ColumnType

# Best first, compared without case, spaces and signs.
_DATES = (
    *("invoicedate", "orderdate", "purchasedate", "transactiondate", "saledate", "date"),
    *("orderpurchasetimestamp", "timestamp", "datetime", "createdat", "time", "day", "datum"),
)
_INVOICES = (
    *("invoiceno", "invoice", "invoiceid", "invoicenumber", "orderid", "orderno", "ordernumber"),
    *("order", "transactionid", "transaction", "basketid", "receiptid", "receipt", "billno"),
)
_AMOUNTS = (
    *("totalprice", "totalamount", "total", "amount", "linetotal", "revenue", "sales", "turnover"),
    *("ordervalue", "value", "paymentvalue", "spend", "spent", "price", "betrag", "umsatz"),
)
_NUMBERS: tuple[ColumnType, ...] = ("decimal", "integer", "float")


def guess_columns(columns: Sequence[Column]) -> dict[str, str]:
    """Return the guessed names under ``customer``, ``date``, ``invoice``, ``amount``.

    What no name fits is left out, but for the date where there is only one column of dates.
    """
    dates = [column for column in columns if column.type in ("date", "datetime")]
    numbers = [column for column in columns if column.type in _NUMBERS]
    found = {
        "customer": customer_column(columns),
        "date": _named(dates, _DATES) or (dates[0] if len(dates) == 1 else None),
        "invoice": _named(columns, _INVOICES),
        "amount": _named(numbers, _AMOUNTS),
    }
    return {field: column.name for field, column in found.items() if column}


def _named(columns: Sequence[Column], names: Sequence[str]) -> Column | None:
    plain = {"".join(c for c in column.name.lower() if c.isalnum()): column for column in columns}
    return next((plain[name] for name in names if name in plain), None)
