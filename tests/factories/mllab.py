"""Use cases to segmentations to test with; trained prototypes have the engine's real files."""

from pathlib import Path
from typing import Any

from django.utils import timezone

from datasets.engine.types import Column
from datasets.models import Dataset
from mllab.engine import stability
from mllab.engine.prepare import Prepared, prepare
from mllab.engine.settings import Feature, Settings
from mllab.engine.train import Trained, train
from mllab.models import Experiment, MetricScore, Prototype, Segmentation, UseCase
from mllab.services.algorithms import algorithm_get, algorithms_check
from mllab.services.files import experiment_folder, path_of, prototype_folder
from mllab.services.sources import source_of
from projects.models import Project
from segplatform.kernel.progress import NullProgress
from tests.factories.datasets import make_dataset
from tests.factories.kept import content_of, kept

RFM_COLUMNS = [
    Column("CustomerID", "text"), Column("Recency", "integer"), Column("Frequency", "integer"),
    Column("Monetary", "decimal"), Column("R", "integer"), Column("F", "integer"),
    Column("M", "integer"), Column("RFM", "text"), Column("Group", "text"),
]  # fmt: skip
RFM_INPUTS = [{"column": name, "role": "input"} for name in ("Recency", "Frequency", "Monetary")]
GROUPS = ("Champions", "At risk", "New")


def rfm_rows(count: int = 60) -> list[tuple[Any, ...]]:
    """Three kinds of customers, a third each, every one a little different."""
    return [_customer(number) for number in range(count)]


def _customer(number: int) -> tuple[Any, ...]:
    kind, place = number % 3, number // 3
    recency = (5, 200, 20)[kind] + place % 7
    frequency = (40, 6, 1)[kind] + place % 3
    monetary = f"{(9000, 800, 60)[kind] + place * (37, 5, 1)[kind]}.50"
    r, f, m = ((5, 5, 5), (1, 3, 3), (4, 1, 1))[kind]
    return (
        f"{10_000 + number}", recency, frequency, monetary, r, f, m, f"{r}{f}{m}", GROUPS[kind],
    )  # fmt: skip


def customers(project: Project, name: str = "customers", count: int = 60) -> Dataset:
    """Save a dataset in the shape that the recipe RFM makes."""
    return make_dataset(project, name=name, columns=RFM_COLUMNS, rows=rfm_rows(count))


def make_use_case(
    project: Project, dataset: Dataset | None = None, name: str = "Who buys how", **fields: Any
) -> UseCase:
    """Save a use case, over ``customers`` where no dataset is given."""
    if dataset is None:
        dataset = project.datasets.filter(name="customers").first() or customers(project)
    return UseCase.objects.create(project=project, name=name, dataset=dataset, **fields)


def make_experiment(
    use_case: UseCase, features: list[dict[str, Any]] | None = None, **fields: Any
) -> Experiment:
    """Save an experiment that has started, without files and jobs."""
    use_case.experiments_made += 1
    use_case.save(update_fields=["experiments_made"])
    version = use_case.dataset.current if use_case.dataset else None
    fields.setdefault("seed", 42)
    return Experiment.objects.create(
        use_case=use_case, number=use_case.experiments_made, features=features or RFM_INPUTS,
        version=version, version_number=version.number if version else None,
        started=timezone.now(), **fields,
    )  # fmt: skip


def make_prepared(use_case: UseCase, **fields: Any) -> Experiment:
    """Save an experiment whose files are there, as the job leaves them."""
    experiment = make_experiment(use_case, **fields)
    folder = experiment_folder(experiment=experiment)

    def prepared(out: Path) -> Prepared:
        return prepare(
            source_of(version=experiment.version),
            [Feature.model_validate(each) for each in experiment.features],
            Settings.model_validate(experiment.preprocessing),
            experiment.seed, out, NullProgress(),
        )  # fmt: skip

    read = content_of(path_of(folder=experiment.version.folder))
    key = (read, experiment.features, experiment.preprocessing, experiment.seed)
    made = kept(_empty(folder), prepared, *key)
    experiment.folder, experiment.prepared = folder, timezone.now()
    experiment.rows, experiment.columns, experiment.details = made.rows, made.columns, made.details
    experiment.save()
    return experiment


def make_prototype(
    experiment: Experiment, algorithm: str = "kmeans", *, trained: bool | None = None, **params: Any
) -> Prototype:
    """Save a prototype, trained where its experiment is prepared (or as ``trained`` says)."""
    use_case = experiment.use_case
    use_case.prototypes_made += 1
    use_case.save(update_fields=["prototypes_made"])
    model = algorithms_check(algorithms=[{"algorithm": algorithm, "params": params}])[0]
    prototype = Prototype.objects.create(
        experiment=experiment, number=use_case.prototypes_made, algorithm=algorithm,
        params=model["params"], params_version=algorithm_get(key=algorithm).version,
    )  # fmt: skip
    if experiment.prepared is not None if trained is None else trained:
        _train(prototype)
    return prototype


def make_segmentation(
    prototype: Prototype, name: str = "Customer groups", **fields: Any
) -> Segmentation:
    """Save a segmentation whose first version is this prototype."""
    project = prototype.experiment.use_case.project
    made = Segmentation.objects.create(project=project, name=name, **fields)
    made.current = made.versions.create(number=1, prototype=prototype)
    made.save(update_fields=["current"])
    return made


def _train(prototype: Prototype) -> None:
    experiment, folder = prototype.experiment, prototype_folder(prototype=prototype)
    source = path_of(folder=experiment.folder)

    def trained(out: Path) -> Trained:
        return train(
            source, out, algorithm=prototype.algorithm, params=prototype.params,
            seed=experiment.seed, progress=NullProgress(),
        )  # fmt: skip

    resamples = stability.LEAST_RESAMPLES, stability.MOST_RESAMPLES
    key = (content_of(source), prototype.algorithm, prototype.params, experiment.seed, resamples)
    found = kept(_empty(folder), trained, *key)
    prototype.folder, prototype.finished, prototype.details = folder, timezone.now(), found.details
    prototype.segments, prototype.seconds = found.segments, found.seconds
    prototype.trained_rows = found.trained_rows
    prototype.save()
    MetricScore.objects.bulk_create(
        MetricScore(
            prototype=prototype, key=key, value=score.value, n=score.n,
            standard_error=score.standard_error,
        )
        for key, score in found.scores.items()
    )  # fmt: skip


def _empty(folder: str) -> Path:
    path = path_of(folder=folder)
    path.mkdir(parents=True)
    return path
