"""What is done with several prototypes of a leaderboard at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from mllab.engine.made import made_algorithms
from mllab.models import Experiment, Prototype, UseCase
from mllab.services.experiments import draft_get, draft_save, experiment_create
from mllab.services.naming import prototype_params
from mllab.services.prototypes import (
    prototype_delete,
    prototype_list,
    prototype_retrain,
    state_of,
)
from mllab.services.segmentations import promoted_refuse
from projects.models import User
from segplatform.kernel.errors import Conflict, NotFound

MOST = 100
SEVERAL = (
    "These prototypes are of several experiments, whose features and preparation differ. Select "
    "those of one experiment to edit them together."
)
SAME = (
    "These learned from the newest version of the dataset: the same settings give the same "
    "segments. Edit the settings of one to train it anew."
)

MADE = (
    "Made of other prototypes, without settings of its own: prototype {numbers}. Edit those that "
    "it was made of."
)


@dataclass(frozen=True)
class Retrained:
    """What was started: ``again`` trained where they stood, ``anew`` on newer data."""

    again: int
    anew: int
    same: int


def board_prototypes(*, use_case: UseCase, ids: Sequence[UUID]) -> list[Prototype]:
    """Return prototypes of a use case in the order asked for.

    ``Conflict`` for none or too many, ``NotFound`` where one is not there.
    """
    wanted = list(dict.fromkeys(ids))
    if not 0 < len(wanted) <= MOST:
        raise Conflict(f"Select from 1 to {MOST} prototypes first.")
    mine = prototype_list(project=use_case.project).filter(experiment__use_case=use_case)
    found = mine.in_bulk(wanted)
    if len(found) < len(wanted):
        raise NotFound("Some of these prototypes are not there any more.")
    for prototype in found.values():
        prototype.experiment.use_case = use_case
    return [found[pk] for pk in wanted]


def prototypes_delete(*, prototypes: Sequence[Prototype]) -> None:
    """Delete each with its files; ``Conflict``, and nothing goes, where one is in the flow."""
    mine = Prototype.objects.filter(pk__in=[each.pk for each in prototypes])
    promoted_refuse(prototypes=mine, for_good=True)
    for prototype in prototypes:
        prototype_delete(prototype=prototype)


def prototypes_retrain(*, prototypes: Sequence[Prototype], user: User) -> Retrained:
    """Train again what failed, and what is trained on the newest data, as a new experiment.

    What is being trained goes on. ``Conflict`` where nothing would come out differently.
    """
    failed = [each for each in prototypes if not _is_busy(each) and each.finished is None]
    done = [each for each in prototypes if each.finished]
    outdated = [each for each in done if _is_outdated(each) and not _is_made(each)]
    if not failed and not outdated:
        raise Conflict(SAME)
    for prototype in failed:
        prototype_retrain(prototype=prototype, user=user)
    for same in _by_experiment(outdated):
        _train_anew(same, user)
    return Retrained(len(failed), len(outdated), len(done) - len(outdated))


def prototypes_edit(*, prototypes: Sequence[Prototype], user: User) -> Experiment:
    """Give the person's draft the settings of an experiment, with the models of these alone.

    ``Conflict`` for prototypes of several experiments, and for one made of others: it has none.
    """
    experiment = prototypes[0].experiment
    if len({each.experiment_id for each in prototypes}) > 1:
        raise Conflict(SEVERAL)
    if made := [str(each.number) for each in prototypes if _is_made(each)]:
        raise Conflict(MADE.format(numbers=", ".join(made)))
    draft = draft_get(use_case=experiment.use_case, user=user)
    draft.features, draft.preprocessing = experiment.features, experiment.preprocessing
    return draft_save(
        draft=draft, algorithms=[_model(each) for each in prototypes], seed=experiment.seed
    )


def _is_busy(prototype: Prototype) -> bool:
    return state_of(prototype=prototype).is_active


def _is_made(prototype: Prototype) -> bool:
    return prototype.algorithm in made_algorithms()


def _is_outdated(prototype: Prototype) -> bool:
    """Say whether the dataset has a newer version than the one that it learned from."""
    dataset, experiment = prototype.experiment.use_case.dataset, prototype.experiment
    if dataset is None or dataset.current is None:
        return False
    return dataset.current.number != experiment.version_number


def _by_experiment(prototypes: Sequence[Prototype]) -> list[list[Prototype]]:
    found: dict[UUID, list[Prototype]] = {}
    for prototype in prototypes:
        found.setdefault(prototype.experiment_id, []).append(prototype)
    return list(found.values())


def _train_anew(prototypes: Sequence[Prototype], user: User) -> None:
    experiment = prototypes[0].experiment
    experiment_create(
        use_case=experiment.use_case, user=user, features=experiment.features,
        preprocessing=experiment.preprocessing, seed=experiment.seed,
        algorithms=[_model(each) for each in prototypes],
    )  # fmt: skip


def _model(prototype: Prototype) -> dict[str, object]:
    return {"algorithm": prototype.algorithm, "params": prototype_params(prototype=prototype)}
