"""What every tab of a prototype shows, and which tab an address asks for."""

from typing import Any
from uuid import UUID

from django.http import QueryDict

from mllab.models import Prototype
from mllab.services.leaderboards import leaderboard
from mllab.services.naming import params_text, prototype_algorithm, prototype_name
from mllab.services.prototypes import State, prototype_get, state_of
from mllab.web.leaderboard import VERDICTS, WORDS, row_view
from mllab.web.promote import in_flow
from mllab.web.prototype_tabs import tab_links, tab_of
from mllab.web.scores import ScoreView
from mllab.web.segmentations import scoring_words
from projects.models import Project, Role
from segplatform.kernel.errors import NotFound, UserError


def prototype_of(project: Project, use_case_id: UUID, prototype_id: UUID) -> Prototype:
    """Find the prototype that an address names; ``NotFound`` where it is of another use case."""
    found = prototype_get(project=project, prototype_id=prototype_id)
    if found.experiment.use_case_id != use_case_id:
        raise NotFound("There is no such prototype in this use case.")
    return found


def prototype_context(
    project: Project, prototype: Prototype, query: QueryDict | None = None
) -> dict[str, Any]:
    """Give the values of the tab that the address asks for, whatever the state of the prototype."""
    asked = query or QueryDict()
    tab = tab_of(prototype, asked.get("tab", ""))
    context = prototype_frame(project, prototype, tab.key)
    context["template"] = tab.template
    if not prototype.finished and tab.key != "settings":
        return context
    try:
        return context | tab.context(project, prototype, asked)
    except UserError as error:  # files that are gone leave a sentence instead
        return context | {"broken": str(error)}


def prototype_frame(project: Project, prototype: Prototype, tab: str) -> dict[str, Any]:
    """Give what every tab of a prototype shows: who it is, how it stands, where it is used."""
    state, experiment = state_of(prototype=prototype), prototype.experiment
    context = {
        "prototype": prototype, "experiment": experiment, "use_case": experiment.use_case,
        "state": state, "word": WORDS.get(state.key, state.key), "is_active": state.is_active,
        "job": _job(prototype, state), "name": prototype_name(prototype=prototype),
        "params_text": params_text(prototype=prototype),
        "algorithm": prototype_algorithm(prototype=prototype),
        "may_edit": project.membership.allows(Role.EDITOR), "section": "lab",
        "tabs": tab_links(project, prototype, tab), "in_flow": in_flow(project, prototype),
        "how": scoring_words(prototype.details) if prototype.finished else None,
    }  # fmt: skip
    return context | (_standing(prototype) if prototype.finished else {})


def _standing(prototype: Prototype) -> dict[str, Any]:
    """Find the prototype on its leaderboard: scores with ranks, and the verdict."""
    board = leaderboard(use_case=prototype.experiment.use_case)
    row = next((row for row in board.rows if row.prototype.pk == prototype.pk), None)
    if row is None:
        return {}
    scored = [metric for metric in board.metrics if metric.higher_is_better is not None]
    shares = [metric for metric in board.metrics if metric.higher_is_better is None]
    view, verdict = row_view(row, scored, shares), row.standing.verdict
    scores: list[ScoreView] = [*view.scores, *view.shares]
    css, icon = VERDICTS[verdict.level] if verdict else ("", "")
    return {
        "scores": scores, "verdict": verdict, "verdict_css": css, "verdict_icon": icon,
        "standing": row.standing,
        "compared": row.standing.compared,
    }  # fmt: skip


def _job(prototype: Prototype, state: State) -> Any:
    job = prototype.job or prototype.experiment.prepare_job
    return job if state.is_active and job and job.is_active else None
