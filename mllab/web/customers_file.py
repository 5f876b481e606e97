"""The customers of a prototype as a file to be saved."""

from django.http import StreamingHttpResponse

from datasets.services.exports import export_format
from datasets.web.download import download_response
from mllab.engine.selection import Selection
from mllab.models import Prototype
from mllab.services.customers import customers_export, customers_file_name


def customers_response(
    prototype: Prototype,
    key: str,
    segment: int | None = None,
    *,
    selection: Selection | None = None,
    for_people: bool = False,
) -> StreamingHttpResponse:
    """Send all customers, or those of one segment or selection, in the format ``key``.

    ``for_people`` marks what a spreadsheet opens as UTF-8. Raises as ``customers_export``.
    """
    form = export_format(key=key)
    bom = for_people and form.safe
    blocks = customers_export(
        prototype=prototype, key=key, segment=segment, selection=selection, bom=bom
    )
    segment = selection.segment if selection else segment
    name = customers_file_name(prototype=prototype, segment=segment)
    return download_response(blocks=blocks, form=form, name=name)
