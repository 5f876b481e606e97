"""What the page of a prototype shows: its scores, figures, sizes, profiles and settings."""

from typing import Any
from uuid import UUID

from django.urls import reverse

from mllab.engine.charts.base import charts
from mllab.models import Prototype
from mllab.services.leaderboards import leaderboard
from mllab.services.naming import params_text, prototype_algorithm, prototype_name
from mllab.services.prototypes import (
    State,
    prototype_figure,
    prototype_get,
    prototype_profiles,
    state_of,
)
from mllab.services.segments import NOISE
from mllab.web.cut import cut_tab
from mllab.web.figures import FigureView
from mllab.web.leaderboard import VERDICTS, WORDS, row_view
from mllab.web.profiles import categories, heat
from mllab.web.promote import in_flow
from mllab.web.scores import ScoreView
from mllab.web.segmentations import scoring_words
from mllab.web.segments import Look, look_of
from mllab.web.settings_words import settings_words
from mllab.web.sizes import sizes_view
from projects.models import Project, Role
from segplatform.kernel.errors import NotFound, UserError

MAP = "map"
# Charts that the page shows as tables of its own, which say the same and can be read aloud.
TABLES = ("sizes", "profiles")


def prototype_of(project: Project, use_case_id: UUID, prototype_id: UUID) -> Prototype:
    """Find the prototype that an address names; ``NotFound`` where it is of another use case."""
    found = prototype_get(project=project, prototype_id=prototype_id)
    if found.experiment.use_case_id != use_case_id:
        raise NotFound("There is no such prototype in this use case.")
    return found


def prototype_context(project: Project, prototype: Prototype) -> dict[str, Any]:
    """Give the values of the tab Overview, whatever the state of the prototype."""
    context = prototype_frame(project, prototype, "overview")
    context["settings"] = settings_words(prototype)
    return context | (_results(project, prototype) if prototype.finished else {})


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
        "tabs": _tabs(project, prototype, tab), "in_flow": in_flow(project, prototype),
        "how": scoring_words(prototype.details) if prototype.finished else None,
    }  # fmt: skip
    return context | (_standing(prototype) if prototype.finished else {})


def _tabs(project: Project, prototype: Prototype, active: str) -> list[dict[str, Any]]:
    """List the tabs; one that is not trained has no customers to show."""
    names = [("overview", "Overview", "prototype"),
             ("customers", "Customers", "prototype_customers"), *cut_tab(prototype)]  # fmt: skip
    args = [project.pk, prototype.experiment.use_case_id, prototype.pk]
    return [
        {"label": label, "url": reverse(url, args=args), "active": key == active}
        for key, label, url in names[: None if prototype.finished else 1]
    ]


def _results(project: Project, prototype: Prototype) -> dict[str, Any]:
    """Read what training left; files that are gone leave a sentence instead."""
    try:
        profiles = prototype_profiles(prototype=prototype)
    except UserError as error:
        return {"broken": str(error)}
    look = look_of(project, prototype)
    counts = {item["label"]: item["size"] for item in profiles["segments"]}
    noise = counts.pop(NOISE, 0)
    sizes = [{"label": label, "rows": rows} for label, rows in counts.items()]
    return {
        "sizes": sizes_view(sizes, noise, look), "heat": heat(profiles, look),
        "categories": categories(profiles, look), "figures": _figures(prototype, look),
    }  # fmt: skip


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


def _figures(prototype: Prototype, look: Look) -> list[FigureView]:
    """Read the figures that this prototype has, the map first."""
    found, count = [], prototype.segments or 0
    names, colors = look.names(count), look.colors(count)
    for chart in charts.all():
        if chart.key in TABLES:
            continue
        try:
            figure = prototype_figure(prototype=prototype, key=chart.key)
        except NotFound:
            continue
        words = f"{chart.label} of {prototype_name(prototype=prototype)}. {chart.blurb}"
        file = f"{chart.key}-prototype-{prototype.number}"
        found.append(
            FigureView(
                f"figure-{chart.key}",
                chart.label,
                words,
                figure,
                chart.blurb,
                colors=colors,
                file=file,
                names=names,
            )
        )
    return sorted(found, key=lambda view: view.id != f"figure-{MAP}")


def _job(prototype: Prototype, state: State) -> Any:
    job = prototype.job or prototype.experiment.prepare_job
    return job if state.is_active and job and job.is_active else None
