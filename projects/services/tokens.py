"""Bearer tokens for the REST API: shown once, stored as hashes."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from projects.models import ApiToken, User, secret_hash
from projects.services.audit import audit_record
from projects.services.text import clean_name, field_error
from segplatform.kernel.errors import NotFound

PREFIX = "seg_"  # lets scanners find a leaked one
NAME_LENGTH = 80
HINT_LENGTH = 4
# A write for every request would make readers wait for each other.
USED_STEP = timedelta(minutes=1)


def token_create(
    *, user: User, name: str, scope: str = "read", expires: datetime | None = None
) -> tuple[ApiToken, str]:
    """Create a token; give it and its secret, which is known to nobody afterwards."""
    if scope not in ApiToken.Scope.values:
        raise field_error("scope", f"Choose one of: {', '.join(ApiToken.Scope.values)}.")
    if expires is not None and expires <= timezone.now():
        raise field_error("expires", "Choose a time in the future.")
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user,
            name=clean_name(name, limit=NAME_LENGTH),
            secret_hash=secret_hash(secret),
            hint=secret[-HINT_LENGTH:],
            scope=scope,
            expires=expires,
        )
        audit_record(action="token.create", thing=token, scope=scope)
    return token, secret


def token_user(*, secret: str) -> tuple[User, ApiToken] | None:
    """Return whose token this is, and the token; ``None`` for unknown and expired ones."""
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("user")
        .filter(Q(expires=None) | Q(expires__gt=now))
        .filter(secret_hash=secret_hash(secret), user__is_active=True)
        .first()
    )
    if token is None:
        return None
    if token.last_used is None or now - token.last_used > USED_STEP:
        token.last_used = now
        token.save(update_fields=["last_used"])
    return token.user, token


def token_list(*, user: User) -> QuerySet[ApiToken]:
    """List the person's tokens, newest first."""
    return ApiToken.objects.filter(user=user)


def token_delete(*, user: User, token_id: UUID) -> None:
    """Delete one of the person's tokens; ``NotFound`` for another's."""
    with transaction.atomic():
        token = ApiToken.objects.filter(pk=token_id, user=user).first()
        if token is None:
            raise NotFound("There is no such token.")
        audit_record(action="token.delete", thing=token)
        token.delete()
