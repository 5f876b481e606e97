"""How people get in: sign-up stays closed unless the operator opens it."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """The sign-in kit's hooks that we fill."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say whether strangers may make themselves an account."""
        return bool(settings.OPEN_SIGN_UP)
