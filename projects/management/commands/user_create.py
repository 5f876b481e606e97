"""`segplatform user create`: a person and the link they sign in with first."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from projects.services.users import sign_in_link_create, user_create
from segplatform.kernel.errors import UserError


class Command(BaseCommand):
    """Create a person."""

    help = "Create a person and print a one-time link with which they sign in and set a password."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--hours", type=int, default=24, help="the link lives (%(default)s)")
        parser.add_argument(
            "--address",
            default=f"http://{settings.HOST}:{settings.PORT}",
            help="the site's address, as the person reaches it (%(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = user_create(email=options["email"], name=options["name"])
        except UserError as error:
            raise CommandError(str(error)) from error
        secret = sign_in_link_create(user=user, hours=options["hours"])
        link = options["address"].rstrip("/") + reverse("sign_in_link", args=[secret])
        self.stdout.write(f"Created {user.email}. Their link, which works once:\n{link}")
