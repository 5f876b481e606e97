"""Settings, all from the environment, each with a safe default (docs/settings.md lists them)."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from segplatform.logs import chosen_format
from segplatform.logs import configuration as logs
from segplatform.queue_server import queue_url

BASE_DIR = Path(__file__).resolve().parent.parent
# Pages and browser files: beside the packages in a checkout, inside them in an installed wheel.
INSTALLED = (BASE_DIR / "segplatform" / "assets").is_dir()
ASSETS = BASE_DIR / "segplatform" / "assets" if INSTALLED else BASE_DIR
DATA_HOME = Path.home() / ".local/share/segplatform" if INSTALLED else BASE_DIR / "data"


def env_bool(name: str, default: bool = False) -> bool:
    """Read a yes/no setting."""
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def env_list(name: str, default: str = "") -> list[str]:
    """Read a comma-separated setting."""
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


DATA_DIR = Path(os.environ.get("SEGPLATFORM_DATA_DIR", DATA_HOME)).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)


def secret_key() -> str:
    """Return ``SECRET_KEY``, or this installation's own, made at first start (mode 0600)."""
    if key := os.environ.get("SECRET_KEY"):
        # Whoever knows the key can sign in as anybody: a sample from some manual must not do.
        if len(key) < 40 or len(set(key)) < 10 or key.startswith("django-insecure"):
            raise ImproperlyConfigured(
                "SECRET_KEY can be guessed: unset it, and Segplatform makes one of its own, or set "
                "at least 40 random characters."
            )
        return key
    path = DATA_DIR / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()


SECRET_KEY = secret_key()
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
DEBUG = env_bool("DEBUG")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
CSRF_FAILURE_VIEW = "projects.views.errors.csrf_failure"
HOST = os.environ.get("SEGPLATFORM_HOST", "127.0.0.1")
PORT = int(os.environ.get("SEGPLATFORM_PORT", "8000"))

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "django_rq",
    "lucide",
    "ninja",
    "projects",
    "datasets",
    "mllab",
]

MIDDLEWARE = [
    "projects.web.requests.request_middleware",
    "projects.web.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "projects.web.actor.actor_middleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "projects.web.errors.UserErrorMiddleware",
]

ROOT_URLCONF = "segplatform.urls"
ASGI_APPLICATION = "segplatform.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ASSETS / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "projects.web.context.frame",
            ],
            "builtins": ["projects.templatetags.ui"],
        },
    }
]

DATABASES = {
    "default": dj_database_url.config(default=f"sqlite:///{DATA_DIR / 'segplatform.sqlite3'}")
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: without it 44 % of concurrent writers failed at once with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The cache must not be the queue server, which may be down: sign-in limits live in it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "cache",
        # A full cache drops entries at random, and who guesses passwords could fill it.
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
    # What workers found out about this installation; apart, for a full cache drops at random.
    "state": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "state",
        "TIMEOUT": None,
    },
}

# --- jobs -------------------------------------------------------------------------------------
REDIS_URL = os.environ.get("REDIS_URL") or queue_url(DATA_DIR / "queue")
QUEUES = ("interactive", "default", "heavy")
RQ_QUEUES = {
    name: {"URL": REDIS_URL, "SERIALIZER": "rq.serializers.JSONSerializer"} for name in QUEUES
}
RQ_SHOW_ADMIN_LINK = False
JOB_LEASE_SECONDS = float(os.environ.get("SEGPLATFORM_JOB_LEASE_SECONDS", "30"))
JOB_TIMEOUT_SECONDS = int(os.environ.get("SEGPLATFORM_JOB_TIMEOUT", str(6 * 3600)))

# --- people -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "projects.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"django.contrib.auth.password_validation.{name}",
        "OPTIONS": options,
    }
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ("name", "email")}),
        ("MinimumLengthValidator", {}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "projects.web.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_PREVENT_ENUMERATION = True
OPEN_SIGN_UP = env_bool("SEGPLATFORM_OPEN_SIGN_UP")
# Without a mail server mails become files, not lines of the log: they hold one-time links.
_MAIL = "smtp" if os.environ.get("EMAIL_HOST") else "filebased"
EMAIL_BACKEND = f"django.core.mail.backends.{_MAIL}.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mails"
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 15  # the person who invites waits for it
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "segplatform@localhost")
INVITATION_DAYS = int(os.environ.get("SEGPLATFORM_INVITATION_DAYS", "7"))

# --- limits -----------------------------------------------------------------------------------
MAX_UPLOAD_BYTES = int(os.environ.get("SEGPLATFORM_MAX_UPLOAD_BYTES", str(5 * 2**30)))
MAX_ROWS = int(os.environ.get("SEGPLATFORM_MAX_ROWS", "100000000"))
MAX_COLUMNS = int(os.environ.get("SEGPLATFORM_MAX_COLUMNS", "1000"))
MAX_PROJECTS = int(os.environ.get("SEGPLATFORM_MAX_PROJECTS", "200"))
MAX_DATASETS = int(os.environ.get("SEGPLATFORM_MAX_DATASETS", "1000"))
MAX_ACTIVE_JOBS = int(os.environ.get("SEGPLATFORM_MAX_ACTIVE_JOBS", "30"))
API_PER_MINUTE = int(os.environ.get("SEGPLATFORM_API_PER_MINUTE", "3000"))
UPLOAD_EXPIRES_HOURS = 24
# For how long what was deleted can be restored.
UNDO_DAYS = int(os.environ.get("SEGPLATFORM_UNDO_DAYS", "7"))
IMPORT_MEMORY_BYTES = int(os.environ.get("SEGPLATFORM_IMPORT_MEMORY_BYTES", str(2 * 2**30)))
FILE_MEMORY_BYTES = int(os.environ.get("SEGPLATFORM_FILE_MEMORY_BYTES", "1200000000"))
FILE_DISK_BYTES = int(os.environ.get("SEGPLATFORM_FILE_DISK_BYTES", str(20 * 2**30)))
FILE_SECONDS = int(os.environ.get("SEGPLATFORM_FILE_SECONDS", "3600"))
TRAIN_MEMORY_BYTES = int(os.environ.get("SEGPLATFORM_TRAIN_MEMORY_BYTES", str(4 * 2**30)))
# Of an experiment while it trains, so that its prototypes are scored by the same distances.
DISTANCE_BYTES = int(os.environ.get("SEGPLATFORM_DISTANCE_BYTES", str(2**30)))
# How long the rows of a recipe's output stay after somebody last read them, in projects that
# recompute on demand.
OUTPUT_IDLE_SECONDS = int(os.environ.get("SEGPLATFORM_OUTPUT_IDLE_SECONDS", "3600"))
RECIPE_SECONDS = int(os.environ.get("SEGPLATFORM_RECIPE_SECONDS", "600"))
RECIPE_MEMORY_BYTES = int(os.environ.get("SEGPLATFORM_RECIPE_MEMORY_BYTES", str(2 * 2**30)))
RECIPE_DISK_BYTES = int(os.environ.get("SEGPLATFORM_RECIPE_DISK_BYTES", str(2 * 2**30)))
SANDBOX_AT_START = env_bool("SEGPLATFORM_SANDBOX_AT_START", default=True)
# What connections may reach beside the internet, and whether they may speak http to all of it.
OUTGOING_ALLOW = env_list("SEGPLATFORM_OUTGOING_ALLOW")
OUTGOING_HTTP = env_bool("SEGPLATFORM_OUTGOING_HTTP")
# The first encrypts the credentials of connections, all of them decrypt; else a file holds it.
CONNECTIONS_KEYS = env_list("SEGPLATFORM_CONNECTIONS_KEY")
UNSAFE_NO_SANDBOX = env_bool("SEGPLATFORM_UNSAFE_NO_SANDBOX")
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
DATA_UPLOAD_MAX_NUMBER_FILES = 400  # of a plain form: each is an open file until all are stored
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # the features of an experiment: nine fields a column

# --- web --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = ASSETS / "static_built"
with suppress(OSError):  # whitenoise warns about a missing folder; a read-only one is built already
    STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [
    ASSETS / "static",
    *([("vendor", ASSETS / "static_vendor")] if (ASSETS / "static_vendor").is_dir() else []),
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site needs our files
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
HTTPS = env_bool("SEGPLATFORM_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # forms and <meta> carry the token
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Who watches asks the machine itself, where there is no TLS.
SECURE_REDIRECT_EXEMPT = [r"^api/v1/health"]
if HTTPS:  # browsers take such a cookie from this very host only, and over TLS only
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
if env_bool("SEGPLATFORM_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # the address that the proxy saw, for what counts tries

# --- language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "en"
TIME_ZONE = os.environ.get("TZ", "UTC")
USE_I18N = True
USE_TZ = True

# --- operations -------------------------------------------------------------------------------
LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO")
LOG_FORMAT = chosen_format(os.environ.get("SEGPLATFORM_LOG_FORMAT"))
LOG_ERROR_TEXTS = env_bool("SEGPLATFORM_LOG_ERROR_TEXTS", default=DEBUG)
LOGGING = logs(level=LOG_LEVEL, form=LOG_FORMAT, error_texts=LOG_ERROR_TEXTS)
METRICS_TOKEN = os.environ.get("SEGPLATFORM_METRICS_TOKEN", "")
