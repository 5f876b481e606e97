"""Access to the addresses of the sign-in kit, and to one's own account."""

from projects.services.users import sign_in_link_create
from tests.contracts.access_words import API_PERSON, NOTHING_THERE, PERSON, PUBLIC

OWN_TOKEN = "login 404 404 404 ok"
NO_PASSWORD = "login 403 403 403 403"  # nobody in the world has one to confirm

ACCESS = {
    "account_login": {"GET": PUBLIC, "POST": PUBLIC},
    "account_logout": {"GET": PUBLIC, "POST": PUBLIC},
    "account_inactive": {"GET": PUBLIC},
    "account_signup": {"GET": PUBLIC, "POST": PUBLIC},
    "account_reauthenticate": {"GET": NO_PASSWORD, "POST": NO_PASSWORD},
    "account_email": {"GET": PERSON, "POST": PERSON},
    "account_email_verification_sent": {"GET": PUBLIC},
    "account_change_password": {"GET": PERSON, "POST": PERSON},
    "account_set_password": {"GET": PERSON, "POST": PERSON},
    "account_reset_password": {"GET": PUBLIC, "POST": PUBLIC},
    "account_confirm_login_code": {"GET": PUBLIC, "POST": PUBLIC},
    "account_confirm_email": {"GET": PUBLIC, "POST": NOTHING_THERE},
    "account_reset_password_from_key_done": {"GET": PUBLIC},
    "account_reset_password_from_key": {"GET": PUBLIC, "POST": PUBLIC},
    "account_reset_password_done": {"GET": PUBLIC},
    "account": {"GET": PERSON, "POST": PERSON},
    "token_create": {"POST": PERSON},
    "token_delete": {"POST": OWN_TOKEN},
    "sign_in_link": {"GET": PUBLIC, "POST": PUBLIC},
    "api:list_tokens": {"GET": API_PERSON},
    "api:create_token": {"POST": API_PERSON},
    "api:delete_token": {"DELETE": "401 404 404 404 ok"},
}

BODIES = {"api:create_token": {"name": "from a script", "scope": "read"}}

KWARGS = {
    "token_id": lambda world: world.things["token"].pk,
    "secret": lambda world: sign_in_link_create(user=world.people["viewer"]),
    "uidb36": lambda world: "1",
    "key": lambda world: "set-password",
}
