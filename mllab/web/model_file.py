"""A model as a download."""

from django.http import StreamingHttpResponse

from datasets.services.exports import file_name
from mllab.models import Prototype
from mllab.services.model_files import JSON, model_text
from mllab.services.naming import prototype_name
from projects.models import User
from projects.web.stream import file_response


def model_response(prototype: Prototype, user: User, form: str) -> StreamingHttpResponse:
    """Send the model as ``json``, ``sql`` or ``postgres``; raises as ``model_text``."""
    content = model_text(prototype=prototype, user=user, form=form).encode()
    ending, kind = ("json", "application/json") if form == JSON else ("sql", "application/sql")
    name = f"{prototype_name(prototype=prototype)} (prototype {prototype.number})"
    return file_response(
        blocks=iter([content]),
        content_type=f"{kind}; charset=utf-8",
        name=file_name(name=name, extension=ending),
    )
