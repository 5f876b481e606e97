"""What step *Features* shows: a row for each column, settings, counts and sketches."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from datasets.engine.types import Column
from datasets.forms.params import ParamField
from datasets.services.plans import dataset_columns
from datasets.services.previews import PreviewPending
from mllab.forms.features import (
    ROLES,
    FeatureForm,
    FeaturesForm,
    default_fields,
    features_stored,
    general_fields,
)
from mllab.models import Experiment, UseCase
from mllab.services.features import features_propose, sketch_ask
from mllab.web.numbers import number_words, share_words
from mllab.web.sketch import Sketch, sketch_asked, sketch_profile
from projects.models import User
from segplatform.kernel.errors import UserError

FIRST_SECONDS = 1.0  # that the page waits for the profile; then a skeleton asks again


@dataclass
class Row:
    """One column as the page shows it."""

    form: FeatureForm
    type: str
    reason: str = ""
    is_personal: bool = False
    facts: list[str] = field(default_factory=list)
    sketch: Sketch = field(default_factory=Sketch)
    fields: list[ParamField] = field(default_factory=list)
    error: str = ""
    is_proposed: bool = True

    @property
    def is_open(self) -> bool:
        """Whether its settings show: something in them is wrong."""
        return any(item.error for item in self.fields)

    @property
    def is_set(self) -> bool:
        """Whether one of its settings is its own."""
        return any(value for values in self.form.values.values() for value in values)


def proposals_of(use_case: UseCase, user: User, seconds: float | None) -> list[dict[str, Any]]:
    """Ask for the proposals; raises ``PreviewPending`` after ``seconds`` (None: as is usual)."""
    if seconds is None:
        return features_propose(use_case=use_case, user=user)
    return features_propose(use_case=use_case, user=user, seconds=seconds)


def features_context(
    use_case: UseCase,
    user: User,
    draft: Experiment,
    form: FeaturesForm | None = None,
    errors: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> dict[str, Any]:
    """Give what the step shows; ``form`` is what was sent, else the draft is shown."""
    try:
        proposals = proposals_of(use_case, user, seconds)
    except PreviewPending:
        return {"pending": True}
    except UserError as broken:
        return {"broken": str(broken)}
    shown = form or features_stored(proposals, draft.features, draft.preprocessing)
    placed = shown.errors_placed(errors or {})
    return {
        "rows": rows_of(shown, proposals, placed),
        "roles": ROLES,
        "default_fields": default_fields(shown, placed),
        "general_fields": general_fields(shown, placed),
        "is_general_open": any(path.startswith(("d.", "pca", "apart")) for path in placed),
        "counts": counts_words(shown),
        "many": len(proposals) > 12,
    }


def rows_of(
    form: FeaturesForm, proposals: Sequence[Mapping[str, Any]], errors: Mapping[str, str]
) -> list[Row]:
    """Give a row for each column, with what the profile says of it."""
    known = {item["column"]: item for item in proposals}
    return [
        _row(item, known[item.column], errors) for item in form.features if item.column in known
    ]


def _row(item: FeatureForm, proposal: Mapping[str, Any], errors: Mapping[str, str]) -> Row:
    profile = proposal.get("profile") or {}
    return Row(
        form=item,
        type=proposal["type"],
        reason=proposal["reason"],
        is_personal=bool(proposal.get("is_personal")),
        facts=facts_of(profile),
        sketch=sketch_profile(profile),
        fields=item.fields(proposal["type"], errors) if item.is_input else [],
        error=errors.get(f"f.{item.place}.column", ""),
        is_proposed=item.role == proposal["role"],
    )


def facts_of(profile: Mapping[str, Any]) -> list[str]:
    """Say the few facts that decide a role: missing, distinct, range."""
    if not profile:
        return []
    rows = profile.get("rows") or profile.get("missing", 0) + _present(profile)
    missing, distinct = profile.get("missing") or 0, profile.get("distinct") or 0
    facts = [f"{share_words(missing, rows)} missing"] if missing and rows else []
    facts.append(f"{distinct:,} distinct" if distinct != 1 else "1 value")
    low, high = (_bound(profile, name) for name in ("min", "max"))
    return [*facts, f"{low} to {high}"] if low and high else facts


def _bound(profile: Mapping[str, Any], name: str) -> str:
    """Write the least or the greatest value; of a date the day is enough."""
    value = profile.get(name)
    is_date = profile.get("type") in ("date", "datetime")
    return str(value)[:10] if is_date and value else number_words(value)


def _present(profile: Mapping[str, Any]) -> int:
    counts = (profile.get("histogram") or {}).get("counts")
    return sum(counts or [top["count"] for top in profile.get("top") or []])


def counts_words(form: FeaturesForm) -> str:
    """Say how many columns have which role: "3 inputs · 5 display only · 1 ignored"."""
    count = Counter(item.role for item in form.features)
    inputs = f"{count['input']:,} input" + ("" if count["input"] == 1 else "s")
    return f"{inputs} · {count['display']:,} display only · {count['ignored']:,} ignored"


def columns_of(use_case: UseCase) -> list[Column]:
    """Give the columns of the dataset as it is now; none where it is gone."""
    return dataset_columns(dataset=use_case.dataset) if use_case.dataset else []


def sketch_context(use_case: UseCase, user: User, form: FeaturesForm) -> dict[str, Any]:
    """Give what a change answers with: sketches, counts, and what is wrong where."""
    types = {column.name: column.type for column in columns_of(use_case)}
    context: dict[str, Any] = {"counts": counts_words(form), "use_case": use_case}
    errors: dict[str, str] = {}
    found: dict[str, Mapping[str, Any]] = {}
    try:
        sketches = sketch_ask(
            use_case=use_case, user=user,
            features=form.roles(), preprocessing=form.preprocessing(),
        )  # fmt: skip
        found = {item["column"]: item for item in sketches}
    except PreviewPending:
        context["pending"] = True
    except UserError as error:
        context["error"], errors = str(error), form.errors_placed(error.fields)
    context["rows"] = (
        []
        if "pending" in context
        else [
            Row(
                form=item,
                type=types[item.column],
                sketch=sketch_asked(found.get(item.column, {})),
                fields=item.fields(types[item.column], errors),
                error=errors.get(f"f.{item.place}.column", ""),
            )
            for item in form.features
            if item.column in types and item.is_input
        ]
    )
    return context
