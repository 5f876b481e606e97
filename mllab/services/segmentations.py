"""Segmentations: prototypes promoted to the flow, their versions, found, changed, deleted."""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from datasets.models import Recipe
from datasets.services.previews import PreviewPending
from mllab.models import Prototype, Segmentation, SegmentationVersion, UseCase
from mllab.services.comparisons import compare_ask
from mllab.services.segments import segments_take_over
from projects.models import Project, User
from projects.services.audit import audit_record
from projects.services.bins import mark_deleted
from projects.services.projects import project_get, project_touch
from projects.services.text import clean_name, clean_text, name_free
from segplatform.kernel.errors import Conflict, NotFound, UserError

SCORE = "score"
"""Key of the recipe that applies a segmentation; its parameter of this name says which."""
PARAM = "segmentation"
MISSING = "There is no such segmentation, or you are not a member of its project."
TEXT_LENGTH = 2_000


@dataclass(frozen=True)
class Promoted:
    """A segmentation and what promoting did: ``carried`` segments kept the words they had."""

    segmentation: Segmentation
    carried: int = 0


def promote(
    *, prototype: Prototype, user: User, name: str = "", segmentation: Segmentation | None = None
) -> Promoted:
    """Add a prototype to the flow: as a new segmentation, or as a new version of one.

    A new version takes over the names, colours, descriptions and actions of the segments that
    match, where both learned from the same rows. Raises ``Conflict`` for a prototype that is not
    trained, a taken name, and the version that is current already.
    """
    if prototype.finished is None:
        raise Conflict("This prototype is not trained yet. Wait until it is, then add it.")
    if segmentation is None:
        return Promoted(_create(prototype, user, name))
    if segmentation.current and segmentation.current.prototype_id == prototype.pk:
        raise Conflict(f"“{segmentation.name}” is this prototype already.")
    former = segmentation.current.prototype if segmentation.current else None
    pairs = _matches(former, prototype, user) if former else {}
    with transaction.atomic():
        _version_add(segmentation, prototype, user)
        carried = (
            segments_take_over(source=former, target=prototype, pairs=pairs, user=user)
            if former
            else 0
        )
    project_touch(project=segmentation.project)
    return Promoted(segmentation, carried)


def segmentation_list(*, project: Project) -> QuerySet[Segmentation]:
    """List the segmentations of a project with what their pages show."""
    return project.segmentations.select_related(
        "current__prototype__experiment__use_case__dataset", "current__created_by", "created_by"
    ).annotate(versions_count=Count("versions"))


def segmentation_get(*, project: Project, segmentation_id: UUID) -> Segmentation:
    """Return a segmentation of this project; raises ``NotFound``."""
    found = segmentation_list(project=project).filter(pk=segmentation_id).first()
    if found is None:
        raise NotFound(MISSING)
    found.project = project
    if found.current:
        found.current.prototype.experiment.use_case.project = project
    return found


def segmentation_find(*, user: User, segmentation_id: UUID, role: str = "viewer") -> Segmentation:
    """Return a segmentation by its id alone, for the API.

    Raises ``NotFound`` for strangers and ``Forbidden`` for members without ``role``.
    """
    owners = Segmentation.objects.filter(pk=segmentation_id).values_list("project", flat=True)
    project_id = owners.first()
    if project_id is None:
        raise NotFound(MISSING)
    try:
        project = project_get(user=user, project_id=project_id, role=role)
    except NotFound:
        raise NotFound(MISSING) from None
    return segmentation_get(project=project, segmentation_id=segmentation_id)


def segmentation_prototype(*, segmentation: Segmentation) -> Prototype:
    """Return the prototype that it is now; ``Conflict`` where it has none."""
    if segmentation.current is None:
        raise Conflict(f"“{segmentation.name}” has no version.")
    return segmentation.current.prototype


def segmentation_update(
    *, segmentation: Segmentation, name: str | None = None, description: str | None = None
) -> Segmentation:
    """Rename a segmentation or describe it; what is None stays."""
    if name is not None:
        segmentation.name = clean_name(name)
        _name_require_free(segmentation.project, segmentation.name, but=segmentation.pk)
    if description is not None:
        segmentation.description = clean_text(description, field="description", limit=TEXT_LENGTH)
    try:
        with transaction.atomic():
            segmentation.save(update_fields=["name", "description", "updated"])
            audit_record(action="segmentation.change", thing=segmentation)
    except IntegrityError:
        raise _taken(segmentation.name) from None
    project_touch(project=segmentation.project)
    return segmentation


def segmentation_restore(*, segmentation: Segmentation, number: int, user: User) -> Segmentation:
    """Make a former version the current one again, as a new version; ``Conflict`` if it is."""
    found = segmentation.versions.select_related("prototype").filter(number=number).first()
    if found is None:
        raise NotFound(f"“{segmentation.name}” has no version {number}.")
    if found.pk == segmentation.current_id:
        raise Conflict(f"Version {number} is the current one already.")
    with transaction.atomic():
        _version_add(segmentation, found.prototype, user)
    project_touch(project=segmentation.project)
    return segmentation


def segmentation_delete(*, segmentation: Segmentation) -> None:
    """Take a segmentation out of the flow; it can be restored for some days.

    Its prototypes stay in the ML Lab. ``Conflict`` while recipes score with it.
    """
    with transaction.atomic():
        locked = Segmentation.objects.select_for_update(no_key=True).filter(pk=segmentation.pk)
        if not locked.exists():
            raise NotFound(MISSING)
        readers = segmentation_recipes(segmentation=segmentation)
        if readers:
            names = ", ".join(f"“{recipe.name}”" for recipe in readers)
            raise Conflict(f"“{segmentation.name}” is used by {names}; delete that first.")
        mark_deleted(thing=segmentation)
        audit_record(action="segmentation.delete", thing=segmentation)
    project_touch(project=segmentation.project)


def segmentation_recipes(*, segmentation: Segmentation) -> list[Recipe]:
    """List the recipes that score with it."""
    wanted = {f"params__{PARAM}": str(segmentation.pk)}
    found = Recipe.objects.filter(project=segmentation.project_id, kind=SCORE, **wanted)
    return list(found.select_related("output__current").order_by("name"))


def segmentation_name_free(*, project: Project, name: str) -> str:
    """Suggest a name that is free: the given one, or with a number behind it."""
    taken = project.segmentations.values_list("name", flat=True)
    return name_free(name, taken, default="Segmentation")


def segmentations_named(*, user: User, text: str) -> QuerySet[Segmentation]:
    """List segmentations of the person's projects with ``text`` in their name."""
    mine = Segmentation.objects.filter(project__memberships__user=user, name__icontains=text)
    return mine.select_related("project").order_by("name")


def promoted_refuse(*, prototypes: QuerySet[Prototype], for_good: bool = False) -> None:
    """Raise ``Conflict`` where one of these prototypes is a version of a segmentation.

    One that is deleted counts where the prototypes go ``for_good``: it can still be restored.
    """
    promoted = Q(versions__prototype__in=prototypes)
    used = Segmentation.every.filter(promoted).order_by("name").distinct()
    if names := [f"“{each.name}”" for each in used if each.deleted is None]:
        told = ", ".join(names)
        raise Conflict(f"This is in the flow as {told}; delete that segmentation first.")
    if for_good and (names := [f"“{each.name}”" for each in used]):
        told = ", ".join(names)
        raise Conflict(
            f"The deleted segmentation {told} can still be restored and needs this; an owner can "
            "delete that for good on the page Deleted."
        )


def _create(prototype: Prototype, user: User, name: str) -> Segmentation:
    project = prototype.experiment.use_case.project
    title = clean_name(name)
    _name_require_free(project, title)
    try:
        with transaction.atomic():
            made = Segmentation.objects.create(project=project, name=title, created_by=user)
            _version_add(made, prototype, user)
    except IntegrityError:
        raise _taken(title) from None
    project_touch(project=project)
    return made


def _version_add(segmentation: Segmentation, prototype: Prototype, user: User) -> None:
    """Add a version and make it the current one; two at once get two numbers."""
    use_case = UseCase.objects.select_for_update(no_key=True).filter(pk=_use_case_id(prototype))
    if not use_case.exists():
        raise NotFound("The use case of this prototype was deleted meanwhile.")
    locked = Segmentation.objects.select_for_update(no_key=True).filter(pk=segmentation.pk).first()
    if locked is None:
        raise NotFound(MISSING)
    last = locked.versions.first()
    segmentation.current = SegmentationVersion.objects.create(
        segmentation=locked, prototype=prototype, created_by=user,
        number=last.number + 1 if last else 1,
    )  # fmt: skip
    segmentation.save(update_fields=["current", "updated"])
    audit_record(
        action="segmentation.version", thing=segmentation, number=segmentation.current.number
    )


def _use_case_id(prototype: Prototype) -> UUID:
    return prototype.experiment.use_case_id


def _matches(former: Prototype, prototype: Prototype, user: User) -> dict[int, int]:
    """Pair labels of a prototype with those of a former one; none where rows differ."""
    project = prototype.experiment.use_case.project
    try:
        found = compare_ask(project=project, user=user, prototypes=[former, prototype])
    except PreviewPending:
        raise  # nothing was added yet: the person presses the button again
    except UserError:
        return {}  # they learned from different rows
    sizes = found["items"][1]["sizes"]
    return {each["label"]: each["match"] for each in sizes if each["match"] is not None}


def _name_require_free(project: Project, name: str, but: UUID | None = None) -> None:
    others = project.segmentations.filter(name__iexact=name)
    if (others.exclude(pk=but) if but else others).exists():
        raise _taken(name)


def _taken(name: str) -> Conflict:
    message = f"The project already has a segmentation “{name}”; choose another name."
    return Conflict(message, {"name": message})
