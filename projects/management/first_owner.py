"""The way in to a new installation: a one-time link while nobody has ever signed in."""

from django.urls import reverse

from projects.models import User
from projects.services.users import sign_in_link_create, user_create

OWNER_EMAIL = "owner@localhost"


def first_sign_in_link(address: str) -> str:
    """Return a one-time link for the first owner, or "" once anybody has signed in.

    ``address`` is the site's, without a closing slash. The owner is made where there is nobody.
    """
    if User.objects.filter(last_login__isnull=False).exists():
        return ""
    owner = User.objects.order_by("-is_superuser", "date_joined").first() or owner_create()
    return address + reverse("sign_in_link", args=[sign_in_link_create(user=owner)])


def owner_create() -> User:
    """Create the first owner, who may also use the operator's pages."""
    owner = user_create(email=OWNER_EMAIL, name="Owner")
    owner.is_staff = owner.is_superuser = True
    owner.save(update_fields=["is_staff", "is_superuser"])
    return owner
