"""Prototypes in the flow: added, replaced, restored, and safe from being deleted."""

import pytest

from mllab.models import Prototype, Segmentation, UseCase
from mllab.services.prototypes import prototype_delete
from mllab.services.segmentations import (
    promote,
    segmentation_delete,
    segmentation_get,
    segmentation_name_free,
    segmentation_restore,
    segmentation_update,
)
from mllab.services.segments import segment_change, segment_words
from mllab.services.use_cases import use_case_delete
from projects.models import Project, User
from segplatform.kernel.errors import Conflict, NotFound, UserError
from tests.factories.mllab import make_experiment, make_prepared, make_prototype

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def prototype(use_case: UseCase) -> Prototype:
    return make_prototype(make_prepared(use_case), k=3)


def test_a_prototype_becomes_a_segmentation_with_one_version(
    project: Project, prototype: Prototype, user: User
) -> None:
    made = promote(prototype=prototype, user=user, name=" Who ").segmentation
    found = segmentation_get(project=project, segmentation_id=made.pk)
    assert (found.name, found.versions_count) == ("Who", 1)  # type: ignore[attr-defined]
    assert found.current
    assert found.current.prototype == prototype


def test_what_cannot_be_added_says_why(
    project: Project, use_case: UseCase, prototype: Prototype, user: User
) -> None:
    made = promote(prototype=prototype, user=user, name="Who").segmentation
    with pytest.raises(Conflict) as error:
        promote(prototype=prototype, user=user, name="WHO")
    assert set(error.value.fields) == {"name"}
    with pytest.raises(UserError, match="Enter a name"):
        promote(prototype=prototype, user=user, name=" ")
    with pytest.raises(Conflict, match="already"):
        promote(prototype=prototype, user=user, segmentation=made)
    with pytest.raises(Conflict, match="not trained"):
        promote(prototype=make_prototype(make_experiment(use_case)), user=user, name="New")
    assert Segmentation.objects.get().versions.count() == 1
    assert segmentation_name_free(project=project, name="who") == "who 2"


def test_a_new_version_keeps_the_words_of_segments_that_match(
    prototype: Prototype, user: User, waited_for: None
) -> None:
    segment_change(prototype=prototype, label=1, user=user, name="Loyal", color=9, action="Thank")
    made = promote(prototype=prototype, user=user, name="Who").segmentation
    # The same customers in the same segments: every one matches, whatever its number.
    other = make_prototype(prototype.experiment, "gaussian_mixture", k=3)
    done = promote(prototype=other, user=user, segmentation=made)
    assert done.carried == 1
    assert done.segmentation.current
    assert done.segmentation.current.number == 2
    words = segment_words(prototype=other)
    assert [each.name for each in words.stored.values()] == ["Loyal"]
    assert [each.color for each in words.stored.values()] == [9]


def test_a_former_version_can_be_restored_as_a_new_one(
    prototype: Prototype, user: User, waited_for: None
) -> None:
    made = promote(prototype=prototype, user=user, name="Who").segmentation
    other = make_prototype(prototype.experiment, k=2)
    promote(prototype=other, user=user, segmentation=made)
    segmentation_restore(segmentation=made, number=1, user=user)
    made.refresh_from_db()
    assert made.current
    assert (made.current.number, made.current.prototype) == (3, prototype)
    with pytest.raises(Conflict, match="current one already"):
        segmentation_restore(segmentation=made, number=3, user=user)
    with pytest.raises(NotFound):
        segmentation_restore(segmentation=made, number=9, user=user)


def test_a_segmentation_is_renamed_and_described(prototype: Prototype, user: User) -> None:
    made = promote(prototype=prototype, user=user, name="Who").segmentation
    promote(prototype=prototype, user=user, name="Other")
    segmentation_update(segmentation=made, name="Who buys", description="For mails")
    made.refresh_from_db()
    assert (made.name, made.description) == ("Who buys", "For mails")
    with pytest.raises(Conflict):
        segmentation_update(segmentation=made, name="other")


def test_what_is_in_the_flow_cannot_be_deleted(
    use_case: UseCase, prototype: Prototype, user: User
) -> None:
    made = promote(prototype=prototype, user=user, name="Who").segmentation
    with pytest.raises(Conflict, match="“Who”"):
        prototype_delete(prototype=prototype)
    with pytest.raises(Conflict, match="“Who”"):
        use_case_delete(use_case=use_case)
    segmentation_delete(segmentation=made)
    use_case_delete(use_case=use_case)
    assert not Prototype.objects.exists()


def test_a_project_goes_with_all_that_is_in_its_flow(
    project: Project, prototype: Prototype, user: User
) -> None:
    promote(prototype=prototype, user=user, name="Who")
    project.delete()
    assert not Segmentation.objects.exists()
