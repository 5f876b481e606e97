"""Filters and tags of every template: numbers, sizes, times and icons as people read them."""

from datetime import datetime, timedelta
from functools import lru_cache

import lucide
from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from projects.models import Job, Membership

register = template.Library()

BYTE_UNITS = ("B", "KB", "MB", "GB", "TB")


@register.filter
def rows(value: object) -> str:
    """Write a whole number with thousands separators: 1234 is "1,234"; nothing for no number."""
    try:
        return f"{int(str(value)):,}"
    except ValueError:
        return ""


@register.filter
def bytes_size(value: object) -> str:
    """Write a number of bytes with a unit: 1536 is "1.5 KB" (steps of 1,024)."""
    try:
        size = float(str(value))
    except ValueError:
        return ""
    for unit in BYTE_UNITS:
        if size < 1024 or unit == BYTE_UNITS[-1]:
            break
        size /= 1024
    return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"


@register.filter
def duration(value: object) -> str:
    """Write seconds (or a timedelta) in its two largest units: "1 h 5 min", "2.4 s"."""
    if value is None or value == "":
        return ""
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(str(value))
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {left} s" if minutes else f"{left} s"


@register.filter
def ago(value: datetime | None) -> str:
    """Say how long ago a moment was, in one unit: "just now", "3 hours ago", "2 Mar 2026"."""
    if not value:
        return ""
    seconds = (timezone.now() - value).total_seconds()
    if seconds < 60:
        return "just now"
    for size, word in ((60, "minute"), (3600, "hour"), (86_400, "day")):
        count = int(seconds // size)
        if count < {"minute": 60, "hour": 24, "day": 30}[word]:
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    local = timezone.localtime(value)
    return f"{local.day} {local:%b %Y}"


@register.filter
def percent(value: object) -> int:
    """Turn a fraction into a whole percentage between 0 and 100, for a progress bar."""
    try:
        return max(0, min(100, round(float(str(value)) * 100)))
    except ValueError:
        return 0


@register.filter
def plural(count: object, noun: str) -> str:
    """Write a count with its noun: ``3|plural:"member"`` is "3 members"."""
    return f"{rows(count)} {noun}{'' if str(count) == '1' else 's'}"


@register.filter
def initials(value: object) -> str:
    """Give at most two capital letters that stand for a name or an e-mail address."""
    words = str(value).split("@")[0].replace(".", " ").replace("_", " ").split()
    return "".join(word[0] for word in words[:2]).upper()


@register.filter
def may(membership: Membership | None, role: str) -> bool:
    """Say whether a member has at least this role: ``project.membership|may:"editor"``."""
    return bool(membership and membership.allows(role))


@register.filter
def took(job: Job) -> timedelta | None:
    """Give how long a job ran, or has been running; nothing for one that has not started."""
    return (job.finished or timezone.now()) - job.started if job.started else None


@register.simple_tag(name="icon")
def icon(name: str, css: str = "", size: int = 20, **attributes: str) -> SafeString:
    """Draw a lucide icon: ``{% icon "plus" class="me-1" %}``; with ``label=`` it is spoken.

    An unknown name raises, so that a missing icon never reaches a release.
    """
    css = " ".join(part for part in ("icon", css, attributes.get("class", "")) if part)
    return draw_icon(name, css, size, attributes.get("label", ""))


@lru_cache(maxsize=512)
def draw_icon(name: str, css: str, size: int, label: str) -> SafeString:
    """Draw one icon, once: the same drawing is asked for on every row of a table."""
    spoken = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    # Built by ElementTree, which escapes every attribute.
    return mark_safe(lucide._render_icon(name, size, **{"class": css}, **spoken))  # noqa: S308
