"""Make people, and the one-time links that they sign in with first."""

import secrets
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from projects.models import SignInLink, User, secret_hash
from projects.services.audit import audit_record
from projects.services.text import clean_email, clean_name, field_error
from segplatform.kernel.errors import Conflict, NotFound

DEAD_LINK = "This sign-in link was used already or has expired; ask for a new one."


def user_create(*, email: str, name: str = "", password: str | None = None) -> User:
    """Create a person; without a password they sign in by a link until they set one.

    ``UserError`` for a wrong address or a weak password, ``Conflict`` for a taken address.
    """
    email = clean_email(email)
    name = clean_name(name) if name.strip() else ""
    if password is not None:
        _check_password(password, User(email=email, name=name))
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name)
            audit_record(action="user.create", thing=user)
            return user
    except IntegrityError:
        sentence = "There is already an account with this e-mail."
        raise Conflict(sentence, fields={"email": sentence}) from None


def user_exists(*, email: str) -> bool:
    """Say whether somebody who may sign in has this address."""
    return User.objects.filter(email=email.strip().lower(), is_active=True).exists()


def user_rename(*, user: User, name: str) -> User:
    """Change what people see of the person; an empty name shows the e-mail address again."""
    user.name = clean_name(name) if name.strip() else ""
    user.save(update_fields=["name"])
    return user


def sign_in_link_create(*, user: User, hours: float = 24) -> str:
    """Return the secret of a new one-time link; only its hash is stored."""
    secret = secrets.token_urlsafe(32)
    expires = timezone.now() + timedelta(hours=hours)
    with transaction.atomic():
        SignInLink.objects.create(user=user, secret_hash=secret_hash(secret), expires=expires)
        audit_record(action="user.sign_in_link", thing=user, hours=hours)
    return secret


def sign_in_link_use(*, secret: str) -> User:
    """Use the link up and return whom it signs in; ``NotFound`` where it is dead."""
    now = timezone.now()
    link = SignInLink.objects.filter(
        secret_hash=secret_hash(secret), used=None, expires__gt=now, user__is_active=True
    )
    found = link.select_related("user").first()
    # The update decides: of two requests with one link, one signs in.
    if found is None or not SignInLink.objects.filter(pk=found.pk, used=None).update(used=now):
        raise NotFound(DEAD_LINK)
    # Others that were made for the person, as at each start before the first sign-in, die too.
    SignInLink.objects.filter(user=found.user, used=None).update(used=now)
    return found.user


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise field_error("password", " ".join(error.messages)) from None
