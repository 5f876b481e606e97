"""What members and account pages ask for."""

from django import forms

from projects.models import ApiToken, Role


class MemberForm(forms.Form):
    """Adds a person who has an account, and invites others."""

    email = forms.EmailField(
        label="E-mail", help_text="Who has no account here yet gets an invitation."
    )
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.VIEWER)


class JoinForm(forms.Form):
    """Makes an account for who was invited."""

    name = forms.CharField(
        label="Name", max_length=120, required=False, help_text="What others see of you."
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least eight characters, and not one that many people use.",
    )


class NameForm(forms.Form):
    """The name that others see."""

    name = forms.CharField(label="Name", max_length=120, required=False)


class TokenForm(forms.Form):
    """A token for scripts."""

    name = forms.CharField(label="Name", max_length=80, help_text="To tell it from others later.")
    scope = forms.ChoiceField(
        label="Scope", choices=ApiToken.Scope.choices, initial=ApiToken.Scope.READ
    )
    expires = forms.DateField(
        label="Expires",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The last day on which it works; empty for never.",
    )
