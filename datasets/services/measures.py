"""How many datasets there are and how much room they take, for those who watch."""

from collections.abc import Iterator

from django.db.models import Sum

from datasets.models import Dataset, DatasetVersion, Upload
from projects.hooks import Labelled, Measure


def dataset_measures() -> Iterator[Measure]:
    """Count datasets, rows and bytes as the database knows them: no file is looked at."""
    yield Measure("datasets", "Datasets.", (), {(): float(Dataset.objects.count())})
    stored = DatasetVersion.every.filter(released=None)
    kept = stored.aggregate(bytes=Sum("bytes"), rows=Sum("rows"))
    sent = Upload.objects.aggregate(bytes=Sum("size"))
    values: Labelled = {
        ("versions",): float(kept["bytes"] or 0),
        ("uploads",): float(sent["bytes"] or 0),
    }
    yield Measure("data_bytes", "Bytes of stored files, by kind.", ("kind",), values)
    text = "Rows of all stored versions."
    yield Measure("data_rows", text, (), {(): float(kept["rows"] or 0)})
