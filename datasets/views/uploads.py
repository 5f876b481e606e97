"""A small tus 1.0 server: create, ask, append, give up (https://tus.io/protocols/resumable-upload).

Under ASGI, Django has spooled a request's body to a temporary file before a view runs, so
memory stays flat; a connection that breaks costs at most the part it was sending.
"""

import base64
import binascii
import uuid
from collections.abc import Callable, Iterator
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from django.views.decorators.http import require_http_methods

from datasets.models import Upload
from datasets.services.refresh import refresh_begin, refresh_target
from datasets.services.uploads import (
    CHECKSUMS,
    Checksum,
    ChecksumError,
    Locked,
    NoSpace,
    upload_append,
    upload_create,
    upload_delete,
    upload_finish,
    upload_get,
    upload_offset,
)
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.errors import status_of
from segplatform.kernel.errors import UserError

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
PART_TYPE = "application/offset+octet-stream"
READ_BYTES = 2**20
STATUS = {ChecksumError: 460, Locked: 423, NoSpace: 507}  # beside the usual ones of UserError

TusView = Callable[..., HttpResponse]


def tus(view: TusView) -> TusView:
    """Speak the protocol: its version both ways, its method override, errors as plain text."""

    @wraps(view)
    def inner(request: ProjectRequest, project: Project, **kwargs: uuid.UUID) -> HttpResponse:
        method = tus_method(request)
        if method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            response = HttpResponse(f"This server speaks tus {VERSION}.", status=412)
        else:
            try:
                response = view(request, project, method=method, **kwargs)
            except UserError as error:
                status = STATUS.get(type(error), status_of(error))
                response = HttpResponse(str(error), status=status, content_type="text/plain")
        response["Tus-Resumable"] = response["Tus-Version"] = VERSION
        return response

    return inner


@require_http_methods(["POST", "OPTIONS"])
@project_view(role="editor")
@tus
def upload_collection(request: ProjectRequest, project: Project, method: str) -> HttpResponse:
    """Create an upload (POST) or say what this server can do (OPTIONS)."""
    if method == "OPTIONS":
        return options_response()
    if method != "POST":
        return HttpResponse("Create an upload with POST.", status=405)
    size = number_header(request, "Upload-Length")
    name = metadata(request.headers.get("Upload-Metadata", "")).get("filename", "")
    target = None
    if dataset_id := request.GET.get("dataset"):
        mode = request.GET.get("mode", "")
        target = refresh_target(project=project, dataset_id=dataset_id, mode=mode)
    upload = upload_create(project=project, user=request.user, name=name, size=size)
    if target:
        refresh_begin(dataset=target[0], user=request.user, mode=target[1], upload=upload)
    response = HttpResponse(status=201)
    response["Location"] = reverse("upload_item", args=[project.pk, upload.pk])
    response["Upload-Offset"] = first_part(request, upload)
    return with_expiry(response, upload)


def first_part(request: HttpRequest, upload: Upload) -> int:
    """Take the first part where it comes with the creation; small files need no other request."""
    if request.content_type != PART_TYPE:
        return 0
    return upload_append(
        upload=upload, offset=0, chunks=body_chunks(request),
        checksum=checksum(request.headers.get("Upload-Checksum", "")),
    )  # fmt: skip


@require_http_methods(["HEAD", "PATCH", "DELETE", "POST", "OPTIONS"])
@project_view(role="editor")
@tus
def upload_item(
    request: ProjectRequest, project: Project, upload_id: uuid.UUID, method: str
) -> HttpResponse:
    """Say how far an upload is (HEAD), go on with it (PATCH) or give it up (DELETE)."""
    if method == "OPTIONS":
        return options_response()
    upload = upload_get(project=project, upload_id=upload_id)
    if method == "HEAD":
        return offset_response(upload)
    if method == "PATCH":
        return append(request, upload)
    if method == "DELETE":
        upload_delete(upload=upload)
        return HttpResponse(status=204)
    return HttpResponse("Go on with an upload with PATCH.", status=405)


def append(request: HttpRequest, upload: Upload) -> HttpResponse:
    """Add one part to the upload."""
    if request.content_type != PART_TYPE:
        return HttpResponse(f"Send parts as {PART_TYPE}.", status=415)
    known = "Content-Length" in request.headers
    offset = upload_append(
        upload=upload,
        offset=number_header(request, "Upload-Offset"),
        chunks=body_chunks(request),
        length=number_header(request, "Content-Length") if known else None,
        checksum=checksum(request.headers.get("Upload-Checksum", "")),
    )
    response = HttpResponse(status=204)
    response["Upload-Offset"] = offset
    return with_expiry(response, upload)


def offset_response(upload: Upload) -> HttpResponse:
    """Answer HEAD; hashes the file where a stopped server left that undone."""
    upload_finish(upload=upload)
    response = HttpResponse(status=200)
    response["Upload-Offset"] = upload_offset(upload=upload)
    response["Upload-Length"] = upload.size
    response["Cache-Control"] = "no-store"
    return with_expiry(response, upload)


def options_response() -> HttpResponse:
    """Say what this server can do."""
    response = HttpResponse(status=204)
    response["Tus-Extension"] = EXTENSIONS
    response["Tus-Max-Size"] = settings.MAX_UPLOAD_BYTES
    response["Tus-Checksum-Algorithm"] = ",".join(CHECKSUMS)
    return response


def with_expiry(response: HttpResponse, upload: Upload) -> HttpResponse:
    """Say until when an unfinished upload is kept."""
    response["Upload-Expires"] = http_date(upload.expires.timestamp())
    return response


def tus_method(request: HttpRequest) -> str:
    """Give the method that is meant: some networks let only POST through."""
    method = request.method or ""
    if method == "POST":
        return request.headers.get("X-HTTP-Method-Override", method).upper()
    return method


def body_chunks(request: HttpRequest) -> Iterator[bytes]:
    """Read a request's body piece by piece."""
    while chunk := request.read(READ_BYTES):
        yield chunk


def number_header(request: HttpRequest, name: str) -> int:
    """Read a header that must be a whole number ≥ 0."""
    value = request.headers.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) <= 18):
        raise UserError(f"The header {name} must be a number of bytes.")
    return int(value)


def metadata(header: str) -> dict[str, str]:
    """Read ``Upload-Metadata``: pairs "key base64" with commas between; a bad pair is an error."""
    found = {}
    for pair in filter(None, header.split(",")):
        key, _, value = pair.strip().partition(" ")
        found[key] = decoded(value, "Upload-Metadata").decode("utf-8", "replace")
    return found


def checksum(header: str) -> Checksum | None:
    """Read ``Upload-Checksum``: "sha1 base64"."""
    if not header:
        return None
    algorithm, _, value = header.strip().partition(" ")
    if algorithm not in CHECKSUMS:
        raise UserError(f"Use one of these checksums: {', '.join(CHECKSUMS)}.")
    return Checksum(algorithm, decoded(value, "Upload-Checksum"))


def decoded(value: str, header: str) -> bytes:
    """Decode base64 of a header."""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise UserError(f"The header {header} holds a value that is not base64.") from None
