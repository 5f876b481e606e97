"""Generated orders of a gift shop, in the shape of the Online Retail data; for the demo project.

Every name, price and customer is made up. What is like the real thing: a few heavy buyers, a
season before Christmas, no Saturdays, cancellations (``C…`` with negative quantities), sales
without a customer, some lines at price zero, one large country and many small ones.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Real = NDArray[np.float64]

COLUMNS = (
    "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID",
    "Country",
)  # fmt: skip
COUNTRIES = (
    "United Kingdom", "Germany", "France", "EIRE", "Spain", "Netherlands", "Belgium",
    "Switzerland", "Portugal", "Australia", "Norway", "Italy", "Channel Islands", "Finland",
    "Cyprus", "Sweden", "Austria", "Denmark", "Poland", "Japan", "USA", "Israel", "Singapore",
    "Greece", "Iceland", "Canada", "Hong Kong", "Malta", "Lithuania", "United Arab Emirates",
    "Czech Republic", "Lebanon", "Bahrain", "Brazil", "Saudi Arabia", "South Africa",
    "Luxembourg", "Unspecified",
)  # fmt: skip
START = "2024-12-01"
DAYS = 374
SEASON = (0.9, 0.7, 0.7, 0.8, 0.8, 0.95, 0.9, 0.85, 0.9, 1.3, 1.5, 1.9, 1.7)
"""How much is bought in each month from the first on."""
WEEKDAYS = (1.0, 1.05, 1.05, 1.15, 0.95, 0.0, 0.6)
"""Monday to Sunday."""
ANONYMOUS = 0.22
CANCELLED = 0.018
FREE = 0.004
FOREIGN = 0.10
ROWS_PER_CUSTOMER = 4
"""Fewer rows than this for each customer are not made."""
FIRST_INVOICE, FIRST_CUSTOMER, FIRST_CODE = 536_365, 12_346, 20_600
PACKS = (1, 2, 3, 4, 6, 8, 10, 12, 24)
PACK_SHARES = (0.22, 0.15, 0.08, 0.1, 0.16, 0.07, 0.05, 0.13, 0.04)
ENDINGS = (0.21, 0.42, 0.65, 0.85, 0.95)
LOOKS = (
    "RED SPOTTED", "BLUE STRIPED", "IVORY", "SAGE GREEN", "ROSE PRINT", "VINTAGE", "RUSTIC",
    "MINI", "SET OF 3", "SET OF 6", "LARGE", "SMALL", "HANGING", "PAINTED", "SILVER", "WOODLAND",
    "SEASIDE", "BOTANICAL", "FOLK ART", "POLKA DOT",
)  # fmt: skip
STUFFS = (
    "CERAMIC", "WOODEN", "TIN", "GLASS", "PAPER", "COTTON", "ENAMEL", "FELT", "WICKER", "BRASS",
)  # fmt: skip
THINGS = (
    "MUG", "JUG", "LANTERN", "LUNCH BOX", "CAKE STAND", "BUNTING", "HEART", "STAR", "CANDLE",
    "NAPKINS", "DOORMAT", "HOT WATER BOTTLE", "SHOPPING BAG", "PHOTO FRAME", "WALL CLOCK",
    "TEA TOWEL", "STORAGE JAR", "BIRD HOUSE", "GIFT TAGS", "COOKIE CUTTER",
)  # fmt: skip
ADJUSTED = ("damaged", "check", "lost in store", "samples")


@dataclass(frozen=True)
class Kind:
    """Customers who buy alike; ``first`` and ``last`` say, as shares of the time, when."""

    share: float
    orders: tuple[int, int]
    first: float
    last: float
    lines: float
    size: float


KINDS = (
    Kind(0.06, (20, 38), 0.0, 1.0, 2.0, 8.0),  # few, and most of the money
    Kind(0.17, (8, 15), 0.0, 1.0, 1.4, 2.6),
    Kind(0.22, (3, 6), 0.2, 1.0, 1.0, 1.7),
    Kind(0.15, (1, 2), 0.88, 1.0, 0.9, 1.3),  # new
    Kind(0.15, (6, 11), 0.0, 0.6, 1.3, 2.2),  # bought often, then no more
    Kind(0.25, (1, 2), 0.0, 0.45, 0.8, 1.1),  # came once
)


@dataclass(frozen=True)
class Orders:
    """Lines in the order of their time: arrays of equal length, and what their numbers mean."""

    invoice: "Whole"
    cancelled: "NDArray[np.bool_]"
    product: "Whole"
    quantity: "Whole"
    minute: "Whole"
    price: "Real"
    customer: "Whole"
    country: "Whole"
    products: list[tuple[str, str]]


def orders_write(
    path: Path, *, rows: int = 20_000, customers: int = 800, countries: int = 38, seed: int = 3
) -> int:
    """Write ``rows`` lines of orders as CSV (UTF-8, header); return the size in bytes.

    The same arguments give the same bytes. One customer in ten is abroad, in as many of the
    ``countries`` as there are such customers. Raises ``ValueError`` below four rows a customer,
    without customers, and for more countries than ``COUNTRIES`` has.
    """
    made = _orders(rows, customers, countries, seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_lines(made))
    return path.stat().st_size


def _orders(rows: int, customers: int, countries: int, seed: int) -> Orders:
    """Draw all lines; customer −1 is nobody, product −1 − k the k-th word of ``ADJUSTED``."""
    import numpy as np

    if customers < 1 or rows < ROWS_PER_CUSTOMER * customers:
        raise ValueError(f"every customer needs {ROWS_PER_CUSTOMER} rows, and there must be one")
    if not 1 <= countries <= len(COUNTRIES):
        raise ValueError(f"there are 1 to {len(COUNTRIES)} countries")
    rng = np.random.default_rng(seed)
    back = round(CANCELLED * rows)
    nobody = round(ANONYMOUS * rows)
    homes = _homes(rng, customers, countries)
    owner, minute, weight, size = _visits(rng, customers, rows - back - nobody)
    lines = 1 + rng.multinomial(rows - back - nobody - len(owner), weight / weight.sum())
    walk_in = _walk_ins(rng, nobody)
    visit = np.repeat(np.arange(len(owner) + len(walk_in)), np.concatenate([lines, walk_in]))
    minutes = np.concatenate([minute, _minutes(rng, np.zeros(len(walk_in)), 1.0)])
    owners = np.concatenate([owner, np.full(len(walk_in), -1)])
    sizes = np.concatenate([size, np.full(len(walk_in), 0.5)])[visit]
    products, prices, popular = _products(rng, rows)
    bought = rng.choice(len(products), len(visit), p=popular)
    quantity = _quantities(rng, prices[bought], sizes)
    fields = {
        "visit": visit, "product": bought, "quantity": quantity, "minute": minutes[visit],
        "price": prices[bought] * np.where(owners[visit] < 0, 1.9, 1.0).round(2),
        "customer": owners[visit],
        "country": np.where(owners[visit] < 0, 0, homes[owners[visit]]),
    }  # fmt: skip
    _adjust(rng, fields)
    return _in_time(_with_returns(rng, fields, back), products)


def _homes(rng: Any, customers: int, countries: int) -> "Whole":
    """Give each customer a country: every foreign one before any has two, as far as they go."""
    import numpy as np

    homes = np.zeros(customers, dtype=np.int64)
    abroad = round(FOREIGN * customers) if countries > 1 else 0
    others = np.arange(1, countries)
    share = 1 / others
    more = rng.choice(others, max(abroad - len(others), 0), p=share / share.sum()) if abroad else []
    chosen = np.concatenate([others[:abroad], more]).astype(np.int64)
    homes[rng.permutation(customers)[: len(chosen)]] = chosen
    return homes


def _visits(rng: Any, customers: int, lines: int) -> "tuple[Whole, Whole, Real, Real]":
    """Draw the invoices of all customers: whose, at which minute, how long, how large."""
    import numpy as np

    shares = np.array([kind.share for kind in KINDS])
    kinds = rng.choice(len(KINDS), customers, p=shares / shares.sum())
    low, high = np.array([kind.orders for kind in KINDS]).T
    orders = rng.integers(low[kinds], high[kinds] + 1)
    if (room := lines / 2 / orders.sum()) < 1:  # few rows: shorter histories, nobody left out
        orders = np.maximum(1, (orders * room).astype(np.int64))
    owner = np.repeat(np.arange(customers), orders)
    of = kinds[owner]
    first, last, long, size = np.array([[k.first, k.last, k.lines, k.size] for k in KINDS]).T
    # Who came late, or left early, did so at a time of their own.
    start = (first[kinds] + rng.uniform(0, 0.1, customers) * (last[kinds] - first[kinds]))[owner]
    end = (last[kinds] - rng.uniform(0, 0.12, customers) * (last[kinds] < 1))[owner]
    taste = (size[kinds] * rng.lognormal(0, 0.35, customers))[owner]
    return owner, _minutes(rng, start, end), long[of] * rng.lognormal(0, 0.4, len(owner)), taste


def _minutes(rng: Any, start: "Real", end: Any) -> "Whole":
    """Draw minutes since the first day, between shares of the time, busy days more often."""
    import numpy as np

    days = np.datetime64(START) + np.arange(DAYS)
    month = days.astype("datetime64[M]") - np.datetime64(START, "M")
    weekday = (days.astype(np.int64) + 3) % 7  # the first day of the epoch was a Thursday
    busy = np.array(SEASON)[month.astype(int)] * np.array(WEEKDAYS)[weekday]
    until = np.concatenate([[0], np.cumsum(busy)])
    from_, to = (np.interp(each * DAYS, range(DAYS + 1), until) for each in (start, end))
    day = np.searchsorted(until, from_ + rng.random(len(start)) * (to - from_), side="right") - 1
    minute = np.clip(rng.normal(12.7 * 60, 130, len(start)), 7 * 60, 20 * 60 - 1)
    return np.asarray(np.minimum(day, DAYS - 1) * 1440 + minute, dtype=np.int64)


def _walk_ins(rng: Any, lines: int) -> "Whole":
    """Split lines without a customer into invoices of about 15 lines."""
    import numpy as np

    if not lines:
        return np.zeros(0, dtype=np.int64)
    count = max(1, lines // 15)
    return np.asarray(1 + rng.multinomial(lines - count, rng.dirichlet(np.full(count, 1.5))))


def _products(rng: Any, rows: int) -> "tuple[list[tuple[str, str]], Real, Real]":
    """Make a catalogue: codes with names, prices, and the share of the lines that each has."""
    import numpy as np

    whole = len(LOOKS) * len(STUFFS) * len(THINGS)
    count = int(np.clip(rows // 20, 60, whole))
    chosen = np.sort(rng.choice(whole, count, replace=False))
    names = [f"{LOOKS[n % 20]} {STUFFS[n // 20 % 10]} {THINGS[n // 200]}" for n in chosen.tolist()]
    codes = [f"{FIRST_CODE + 3 * n}{'' if n % 6 else 'ABC'[n % 3]}" for n in range(count)]
    pounds = np.floor(np.clip(rng.lognormal(0.6, 0.8, count), 0, 40))
    prices = pounds + rng.choice(ENDINGS, count)
    popular = rng.permutation(1 / np.arange(3, count + 3) ** 0.7)
    return list(zip(codes, names, strict=True)), prices, popular / popular.sum()


def _quantities(rng: Any, prices: "Real", sizes: "Real") -> "Whole":
    """Draw quantities: packs, larger for cheap things and for large customers."""
    import numpy as np

    packs = rng.choice(PACKS, len(prices), p=PACK_SHARES)
    return np.asarray(np.maximum(1, np.rint(packs * sizes / np.sqrt(prices / 2))), dtype=np.int64)


def _adjust(rng: Any, fields: "dict[str, Any]") -> None:
    """Make a few lines free: presents, and corrections of the stock, which are nobody's."""
    import numpy as np

    customer = fields["customer"]
    few = np.bincount(customer + 1)[customer + 1] <= ROWS_PER_CUSTOMER
    free = (rng.random(len(customer)) < FREE) & ~(few & (customer >= 0))  # everybody pays once
    fields["price"][free] = 0
    stock = free & (customer < 0)
    fields["quantity"][stock] *= -1
    fields["product"][stock] = -1 - rng.integers(0, len(ADJUSTED), int(stock.sum()))


def _with_returns(rng: Any, fields: "dict[str, Any]", count: int) -> "dict[str, Any]":
    """Add ``count`` cancelled lines: some customer's earlier ones, all or part, days later."""
    import numpy as np

    named = np.flatnonzero((fields["customer"] >= 0) & (fields["price"] > 0))
    lines = rng.choice(named, count)
    back = {name: values[lines] for name, values in fields.items()}
    part = rng.random(count) < 0.5
    back["quantity"] = -np.where(part, np.maximum(1, back["quantity"] // 3), back["quantity"])
    days = np.minimum(rng.integers(1, 20, count), DAYS - 1 - back["minute"] // 1440)
    back["minute"] += 1440 * days
    back["visit"] = fields["visit"].max(initial=0) + 1 + np.arange(count)
    whole = {name: np.concatenate([fields[name], back[name]]) for name in fields}
    whole["cancelled"] = np.arange(len(whole["visit"])) >= len(fields["visit"])
    return whole


def _in_time(fields: "dict[str, Any]", products: list[tuple[str, str]]) -> Orders:
    """Sort by time and number the invoices in that order."""
    import numpy as np

    order = np.lexsort((fields["visit"], fields["minute"]))
    visit = fields.pop("visit")[order]
    starts = np.concatenate([[1], visit[1:] != visit[:-1]])
    sorted_fields = {name: values[order] for name, values in fields.items()}
    return Orders(invoice=np.cumsum(starts) - 1, products=products, **sorted_fields)


def _lines(made: Orders) -> Any:
    """Give each line as the texts of its cells."""
    import numpy as np

    times = np.datetime_as_string(np.datetime64(START, "m") + made.minute, unit="m")
    columns = (
        made.invoice.tolist(), made.cancelled.tolist(), made.product.tolist(),
        made.quantity.tolist(), times.tolist(), made.price.tolist(), made.customer.tolist(),
        made.country.tolist(),
    )  # fmt: skip
    for invoice, back, product, quantity, time, price, customer, country in zip(
        *columns, strict=True
    ):
        code, name = made.products[max(product, 0)]
        yield (
            f"{'C' if back else ''}{FIRST_INVOICE + invoice}",
            code,
            name if product >= 0 else ADJUSTED[-1 - product],
            quantity,
            time.replace("T", " ") + ":00",
            f"{price:.2f}",
            FIRST_CUSTOMER + customer if customer >= 0 else "",
            COUNTRIES[country],
        )
