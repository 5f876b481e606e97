"""The sandbox in words: the limits of a run, the warning of every page."""

from django.conf import settings

from datasets.services.sandbox import UNSAFE
from projects.hooks import Banner
from projects.templatetags.ui import bytes_size, duration


def sandbox_banner() -> Banner | None:
    """Give the warning of every page where code runs without walls."""
    return Banner("No sandbox", UNSAFE) if settings.UNSAFE_NO_SANDBOX else None


def limits() -> dict[str, str]:
    """Write what a run may take: ``time``, ``memory`` and ``disk``."""
    return {
        "time": duration(settings.RECIPE_SECONDS).removesuffix(" 0 s"),
        "memory": bytes_size(settings.RECIPE_MEMORY_BYTES).replace(".0 ", " "),
        "disk": bytes_size(settings.RECIPE_DISK_BYTES).replace(".0 ", " "),
    }
