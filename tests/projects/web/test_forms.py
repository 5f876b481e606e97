"""Forms that call a service."""

from django import forms

from projects.web.forms import apply
from segplatform.kernel.errors import Conflict, UserError


class Name(forms.Form):
    name = forms.CharField()


def test_it_gives_what_the_service_gives() -> None:
    assert apply(Name({"name": "x"}), lambda name: name * 2) == "xx"


def test_it_does_not_call_the_service_with_what_does_not_fit() -> None:
    assert apply(Name({"name": ""}), lambda name: 1 / 0) is None


def test_it_shows_a_refusal_beside_its_field() -> None:
    def refuse(name: str) -> None:
        raise UserError("Wrong.", fields={"name": "Taken.", "other": "?"})

    form = Name({"name": "x"})
    assert apply(form, refuse) is None
    assert form.errors == {"name": ["Taken."]}


def test_it_shows_a_refusal_without_fields_above_the_form() -> None:
    def refuse(name: str) -> None:
        raise Conflict("Not now.")

    form = Name({"name": "x"})
    assert apply(form, refuse) is None
    assert form.non_field_errors() == ["Not now."]
