"""Writes sign-ins and changes of passwords to the audit log, as the sign-in kit reports them."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from projects.models import User
from projects.services.audit import audit_record


@receiver(user_logged_in)
def signed_in(user: User, **_: Any) -> None:
    """Note who signed in."""
    audit_record(action="user.sign_in", thing=user)


@receiver(user_logged_out)
def signed_out(user: User | None, **_: Any) -> None:
    """Note who signed out."""
    if user is not None:
        audit_record(action="user.sign_out", thing=user)


@receiver(user_login_failed)
def refused(credentials: dict[str, Any], **_: Any) -> None:
    """Note whose account was tried in vain; of an unknown address nothing but that it was one."""
    email = str(credentials.get("email") or credentials.get("username") or "").lower()
    audit_record(action="user.sign_in_failed", thing=User.objects.filter(email=email).first())


@receiver(password_changed)
@receiver(password_reset)
@receiver(password_set)
def password_new(user: User, **_: Any) -> None:
    """Note who has a new password."""
    audit_record(action="user.password", thing=user)
