"""Fills a running server's data directory, and remembers what lies where."""

import json
import os
from pathlib import Path

from tests.e2e.server import App

PEOPLE = {
    "newcomer": "newcomer@example.org",
    "analyst": "kim@example.org",
    "ada": "ada@example.org",
}
"""Who has nothing yet, who is in everything, and who has the demo projects only."""
Places = dict[str, str]


def open_django(app: App) -> None:
    """Work on the data of ``app`` from this process, as its own workers do."""
    os.environ.update(app.env)
    os.environ["DJANGO_SETTINGS_MODULE"] = "segplatform.settings"
    import django

    django.setup()


def fill(app: App, data: Path) -> Places:
    """Make everything that the pictures show, once for a data directory; give the addresses."""
    known = data / "places.json"
    if known.exists():
        return dict(json.loads(known.read_text()))
    from tests.factories import make_user
    from tests.screenshots.extremes import make_extremes
    from tests.screenshots.shop import make_shop

    make_user(PEOPLE["newcomer"])
    user = make_user(PEOPLE["analyst"], name="Kim Okafor")
    ada = make_user(PEOPLE["ada"], name="Ada Marsh")
    places = make_extremes(user) | make_shop(app, ada, user)
    known.write_text(json.dumps(places))
    return places


def sign_in_links(app: App) -> dict[str, str]:
    """Give each of the people a link with which they sign in."""
    from django.urls import reverse

    from projects.models import User
    from projects.services.users import sign_in_link_create

    return {
        who: app.base_url
        + reverse("sign_in_link", args=[sign_in_link_create(user=User.objects.get(email=email))])
        for who, email in PEOPLE.items()
    }
