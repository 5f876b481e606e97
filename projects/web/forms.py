"""Forms that call one service: what the service refuses shows beside the fields."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms

from segplatform.kernel.errors import UserError

T = TypeVar("T")


def apply(form: forms.Form, service: Callable[..., T]) -> T | None:
    """Call ``service`` with the form's values if they fit; give its answer, else None.

    A ``UserError`` of the service becomes errors of the form, beside its fields where it names
    them, so that nothing typed is lost.
    """
    if not form.is_valid():
        return None
    try:
        return service(**form.cleaned_data)
    except UserError as error:
        _show(form, error)
        return None


def _show(form: forms.Form, error: UserError) -> None:
    known: dict[str, Any] = {k: v for k, v in error.fields.items() if k in form.fields}
    for name, sentence in known.items():
        form.add_error(name, sentence)
    if not known:
        form.add_error(None, str(error))
