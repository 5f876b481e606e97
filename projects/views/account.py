"""The person's own page: name, password and tokens for scripts; and sign-in by link."""

from datetime import date, datetime, time
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from projects.forms.people import NameForm, TokenForm
from projects.services.tokens import token_create as create
from projects.services.tokens import token_delete as delete
from projects.services.tokens import token_list
from projects.services.users import sign_in_link_use, user_rename
from projects.web.access import UserRequest, public_view, user_view
from projects.web.forms import apply
from projects.web.htmx import redirect_to
from projects.web.throttle import LINKS
from segplatform.kernel.errors import NotFound

TOKEN_IDS = "token-%s"  # noqa: S105 - both forms of the page have a field "name"


@require_http_methods(["GET", "POST"])
@user_view
def account(request: UserRequest) -> HttpResponse:
    """Show the account; POST changes the name."""
    if request.method == "POST":
        form = NameForm(request.POST)
        if apply(form, lambda name: user_rename(user=request.user, name=name)):
            messages.success(request, "Your name is saved.")
            return redirect_to(request, "account")
        return account_page(request, name_form=form, status=422)
    return account_page(request)


@require_POST
@user_view
def token_create(request: UserRequest) -> HttpResponse:
    """Make a token; its secret is on this one answer and nowhere else."""
    form = TokenForm(request.POST, auto_id=TOKEN_IDS)
    made = apply(
        form,
        lambda name, scope, expires: create(
            user=request.user, name=name, scope=scope, expires=end_of(expires)
        ),
    )
    if made is None:
        return account_page(request, token_form=form, status=422)
    return account_page(request, new_token=made[0], secret=made[1])


@require_POST
@user_view
def token_delete(request: UserRequest, token_id: UUID) -> HttpResponse:
    """Delete a token of one's own; what uses it is refused from now on."""
    delete(user=request.user, token_id=token_id)
    messages.success(request, "The token is deleted.")
    return redirect_to(request, "account")


@require_http_methods(["GET", "POST"])
@public_view
def sign_in_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask for one click (a mail program's preview must not use the link up), then sign in."""
    if request.method == "GET":
        return render(request, "projects/sign_in_link.html")
    LINKS.check(request)
    try:
        user = sign_in_link_use(secret=secret)
    except NotFound:
        LINKS.note(request, secret)
        raise
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    if not user.has_usable_password():
        messages.info(request, "Welcome. Set a password on your account page to sign in again.")
    return redirect("home")


def account_page(request: UserRequest, status: int = 200, **context: object) -> HttpResponse:
    """Render the account with the forms that are not given."""
    forms = {
        "name_form": NameForm(initial={"name": request.user.name}),
        "token_form": TokenForm(auto_id=TOKEN_IDS),
    }
    tokens = token_list(user=request.user)
    return render(
        request, "projects/account.html", {**forms, "tokens": tokens, **context}, status=status
    )


def end_of(day: date | None) -> datetime | None:
    """Give the last moment of a day where the server is."""
    return timezone.make_aware(datetime.combine(day, time.max)) if day else None
