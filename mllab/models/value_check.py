"""What the customers of a prototype's segments spent later."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from projects.models import Living


class ValueCheck(Living):
    """The last value check of a prototype; the next one takes its place once it is done.

    ``asked`` is what was asked for (``mllab.services.value_settings.Asked`` as JSON), ``result``
    what was found, with its figure.
    """

    DELETED: ClassVar[str] = "prototype__experiment__use_case__deleted"

    prototype = models.OneToOneField(
        "mllab.Prototype", on_delete=models.CASCADE, related_name="value_check"
    )
    asked = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    share = models.FloatField(null=True, help_text="of the differences explained (epsilon²)")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField()

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"value check of {self.prototype}"
