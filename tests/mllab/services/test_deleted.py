"""Deleted use cases and segmentations: gone from lab, flow and scoring; restored as they were."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets.services.flow import flow
from mllab.models import Experiment, Prototype, Segmentation, SegmentationVersion, UseCase
from mllab.services.deleted import SegmentationBin
from mllab.services.files import lab_files_collect, path_of
from mllab.services.models import Segmentations
from mllab.services.prototypes import prototype_delete, prototype_find
from mllab.services.segmentations import (
    promote,
    segmentation_delete,
    segmentation_find,
    segmentation_name_free,
    segmentations_named,
)
from mllab.services.segments_area import segmentation_counts
from mllab.services.use_cases import (
    use_case_counts,
    use_case_delete,
    use_case_find,
    use_cases_named,
)
from projects.models import Deletable, Project, User
from projects.services.deleted import deleted_expire, deleted_list, deleted_purge, deleted_restore
from projects.web.search import search_hits
from segplatform.kernel.errors import Conflict, NotFound, UserError
from tests.factories import make_project, make_user
from tests.factories.mllab import make_prepared, make_prototype, make_segmentation, make_use_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue_server")]


@pytest.fixture
def project() -> Project:
    return make_project(make_user("owner@example.org"))


@pytest.fixture
def owner(project: Project) -> User:
    return project.membership.user


@pytest.fixture
def prototype(project: Project) -> Prototype:
    return make_prototype(make_prepared(make_use_case(project)), k=3)


@pytest.fixture
def segmentation(prototype: Prototype) -> Segmentation:
    return make_segmentation(prototype)


def restore(project: Project, kind: str, thing: Deletable) -> str:
    return deleted_restore(project=project, kind=kind, thing_id=thing.pk).name


def test_a_deleted_segmentation_shows_up_and_scores_nowhere(
    project: Project, owner: User, segmentation: Segmentation
) -> None:
    client = Client()
    client.force_login(owner)
    urls = [
        reverse("segmentation", args=[project.pk, segmentation.pk]),
        reverse("segmentation_score", args=[project.pk, segmentation.pk]),
        f"/api/v1/segmentations/{segmentation.pk}",
    ]
    assert {client.get(url).status_code for url in urls} == {200}
    segmentation_delete(segmentation=segmentation)
    assert {client.get(url).status_code for url in urls} == {404}
    everywhere = [
        reverse("segmentation_list", args=[project.pk]), reverse("flow", args=[project.pk]),
        f"/api/v1/projects/{project.pk}/segmentations",
    ]  # fmt: skip
    for url in everywhere:
        assert str(segmentation.pk) not in client.get(url).content.decode(), url
    with pytest.raises(NotFound):
        segmentation_find(user=owner, segmentation_id=segmentation.pk)
    source = Segmentations()
    with pytest.raises(UserError):
        source.apply(project, str(segmentation.pk))
    assert (source.choices(project), source.tokens(project), source.nodes(project)) == ([], {}, [])
    assert source.parts(project, str(segmentation.pk)) == []
    assert [node.title for node in flow(project=project).nodes] == ["customers"]
    assert segmentation_counts(project_ids=[project.pk]) == {}
    assert not segmentations_named(user=owner, text="").exists()
    assert search_hits(owner, "Customer groups") == []
    assert not SegmentationVersion.objects.exists()
    with pytest.raises(NotFound):
        segmentation_delete(segmentation=segmentation)


def test_a_restored_segmentation_is_as_it_was_but_for_a_name_that_was_taken(
    project: Project, owner: User, segmentation: Segmentation
) -> None:
    before = Segmentations().tokens(project)[str(segmentation.pk)].token
    segmentation_delete(segmentation=segmentation)
    assert segmentation_name_free(project=project, name="Customer groups") == "Customer groups"
    prototype = segmentation.current and segmentation.current.prototype
    assert prototype
    promote(prototype=prototype, user=owner, name="Customer groups")
    assert restore(project, "segmentation", segmentation) == "Customer groups 2"
    assert Segmentations().tokens(project)[str(segmentation.pk)].token == before


def test_what_a_deleted_segmentation_is_made_of_is_kept_for_it(
    project: Project, owner: User, segmentation: Segmentation, prototype: Prototype
) -> None:
    use_case = prototype.experiment.use_case
    segmentation_delete(segmentation=segmentation)
    with pytest.raises(Conflict, match="deleted segmentation “Customer groups” can still be"):
        prototype_delete(prototype=prototype)
    use_case_delete(use_case=use_case)
    with pytest.raises(Conflict, match="made of prototypes of “Who buys how”, deleted too"):
        restore(project, "segmentation", segmentation)
    with pytest.raises(Conflict, match="“Customer groups” can still be restored and needs"):
        deleted_purge(project=project, kind="use_case", thing_id=use_case.pk)
    restore(project, "use_case", use_case)
    restore(project, "segmentation", segmentation)
    assert segmentation_find(user=owner, segmentation_id=segmentation.pk).current


def test_a_deleted_use_case_shows_up_nowhere_and_keeps_its_files(
    project: Project, owner: User, prototype: Prototype, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_case, folder = prototype.experiment.use_case, path_of(folder=prototype.folder)
    client = Client()
    client.force_login(owner)
    urls = [
        reverse("use_case", args=[project.pk, use_case.pk]),
        reverse("prototype", args=[project.pk, use_case.pk, prototype.pk]),
        reverse("prototype_customers", args=[project.pk, use_case.pk, prototype.pk]),
        reverse("prototype_download", args=[project.pk, use_case.pk, prototype.pk]),
        f"/api/v1/use-cases/{use_case.pk}", f"/api/v1/prototypes/{prototype.pk}",
    ]  # fmt: skip
    before = {url: client.get(url).status_code for url in urls}
    assert set(before.values()) == {200}, before
    use_case_delete(use_case=use_case)
    assert {client.get(url).status_code for url in urls} == {404}
    assert str(use_case.pk) not in client.get(reverse("lab", args=[project.pk])).content.decode()
    for find, key in ((use_case_find, "use_case_id"), (prototype_find, "prototype_id")):
        pk = use_case.pk if find is use_case_find else prototype.pk
        with pytest.raises(NotFound):
            find(user=owner, **{key: pk})  # type: ignore[operator]
    assert use_case_counts(project_ids=[project.pk]) == {}
    assert not use_cases_named(user=owner, text="").exists()
    with pytest.raises(NotFound):
        promote(prototype=prototype, user=owner, name="Late")
    assert not Segmentation.every.exists()
    monkeypatch.setattr("mllab.services.files.GRACE_SECONDS", -60)
    lab_files_collect()
    assert folder.is_dir()
    restore(project, "use_case", use_case)
    assert {client.get(url).status_code for url in urls} == {200}


def test_housekeeping_removes_both_in_the_right_order(
    project: Project, segmentation: Segmentation, prototype: Prototype, settings: Any,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:  # fmt: skip
    folder = path_of(folder=prototype.experiment.folder)
    segmentation_delete(segmentation=segmentation)
    use_case_delete(use_case=prototype.experiment.use_case)
    assert [thing.kind for thing in deleted_list(project=project)] == ["use_case", "segmentation"]
    settings.UNDO_DAYS = 0
    with django_capture_on_commit_callbacks(execute=True):
        assert deleted_expire() == 2
    for model in (UseCase, Experiment, Prototype, Segmentation, SegmentationVersion):
        assert not model.every.exists()
    assert not folder.exists()
    assert SegmentationBin().listed(project=project) == []
