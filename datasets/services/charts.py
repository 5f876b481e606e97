"""Bar charts of a version, and which ones are worth looking at first."""

from collections.abc import Iterator
from dataclasses import dataclass

from datasets.engine.aggregate import FEW, MANY, Bars, Question, aggregate, values_counted
from datasets.engine.names import is_identifier
from datasets.engine.sample import customer_column
from datasets.engine.types import Column
from datasets.models import DatasetVersion
from datasets.services.files import version_files
from datasets.services.rows import project_sample, version_columns
from projects.models import Project

PROPOSED = 5
COUNTED = 40  # columns whose values are counted for a proposal, where no profile says them
PLACES = ("country", "land", "region", "state", "market", "city")
PRODUCTS = ("description", "productname", "product", "itemname", "item", "article", "title")
AMOUNTS = ("quantity", "qty", "units", "pieces", "menge", "amount", "revenue", "sales", "total")


@dataclass(frozen=True)
class Proposal:
    """A chart that these columns suggest; the fields are those of a question."""

    title: str
    by: str
    measure: str = "count"
    of: str = ""


def chart_bars(
    *, project: Project, version: DatasetVersion, question: Question, sampled: bool = False
) -> Bars:
    """Answer a question over all rows of a version, or those of the project's sample.

    Raises ``UserError`` for a column, measure or formula that does not fit.
    """
    return aggregate(
        version_files(version=version),
        version_columns(version=version),
        question,
        project_sample(project=project) if sampled else None,
    )


def charts_proposed(*, version: DatasetVersion) -> list[Proposal]:
    """Propose up to five charts: customers by place, products by what sold, rows by any group."""
    columns = version_columns(version=version)
    found = list(_by_name(columns))
    taken = {proposal.by for proposal in found}
    texts = [column.name for column in columns if column.type in ("text", "boolean")]
    few = _few(version, [name for name in texts if name not in taken])
    found += [Proposal(f"Rows by {name}", name) for name in few]
    return found[:PROPOSED]


def _by_name(columns: list[Column]) -> Iterator[Proposal]:
    customer = customer_column(columns)
    texts = [column for column in columns if column.type == "text"]
    if customer and (place := _named(texts, PLACES)):
        yield Proposal(f"Customers by {place}", place, "distinct", customer.name)
    numbers = [column for column in columns if column.type in ("integer", "decimal", "float")]
    amount = _named([column for column in numbers if not is_identifier(column.name)], AMOUNTS)
    if amount and (product := _named(texts, PRODUCTS)):
        yield Proposal(f"Products by {product}", product, "sum", amount)


def _named(columns: list[Column], names: tuple[str, ...]) -> str:
    """Return the column that has the best of these names, "" where none has one."""
    plain = {"".join(c for c in item.name.lower() if c.isalnum()): item.name for item in columns}
    return next((plain[name] for name in names if name in plain), "")


def _few(version: DatasetVersion, names: list[str]) -> list[str]:
    """Keep the columns of few different values, by the profile where there is one."""
    if version.profile is not None:
        counts = {column["name"]: column["distinct"] for column in version.profile}
    else:
        counts = values_counted(version_files(version=version), names[:COUNTED])
    return [name for name in names if FEW <= counts.get(name, 0) <= MANY]
