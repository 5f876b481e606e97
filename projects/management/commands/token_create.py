"""`segplatform token create`: an API token of a person."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from projects.models import ApiToken, User
from projects.services.tokens import token_create
from segplatform.kernel.errors import UserError


class Command(BaseCommand):
    """Create an API token."""

    help = "Create an API token of a person and print it; it is shown this once only."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="command line")
        parser.add_argument("--scope", choices=ApiToken.Scope.values, default=ApiToken.Scope.READ)
        parser.add_argument("--days", type=int, help="until it expires (never)")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].lower()).first()
        if user is None:
            raise CommandError(
                f"There is nobody with the address {options['email']}: "
                "run `segplatform user create` first."
            )
        days = options["days"]
        expires = timezone.now() + timedelta(days=days) if days else None
        try:
            _, secret = token_create(
                user=user, name=options["name"], scope=options["scope"], expires=expires
            )
        except UserError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(secret)
