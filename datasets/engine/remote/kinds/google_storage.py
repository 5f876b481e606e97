"""Google Cloud Storage: a stored file, fetched as it is."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from datasets.engine.remote.base import Told, remotes, shown
from datasets.engine.remote.google_client import (
    RETRY_SECONDS,
    TIMEOUTS,
    Watched,
    google_client,
    google_sentence,
    key_checked,
)
from datasets.engine.remote.kind_address import address_checked
from datasets.engine.remote.kind_files import require_size
from datasets.engine.remote.kind_folders import Stored
from datasets.engine.remote.kind_storage import Storage, holder_field, in_holder_field, key_field
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress


class GoogleSettings(Told):
    """What of the storage is meant."""

    bucket: str = holder_field(
        "Bucket", "Needed where the key may not list buckets, and for public ones.", 255
    )
    project: str = Field(
        "", title="Project", max_length=100, pattern=r"^[\w.:-]*$",
        description="Google's id of it; empty for that of the key.",
        json_schema_extra=shown(more=True),
    )  # fmt: skip
    endpoint: str = Field(
        "", title="Address", max_length=500,
        description="Empty for Google itself; else of a server that speaks like it.",
        json_schema_extra=shown(more=True),
    )  # fmt: skip

    _endpoint = field_validator("endpoint")(address_checked)


class GoogleSecrets(Told):
    """What proves who asks."""

    key_file: str = Field(
        "", title="Key of a service account", max_length=20_000,
        description="The text of its JSON file; empty for public buckets.",
        json_schema_extra={"rows": 6},
    )  # fmt: skip

    _key = field_validator("key_file")(key_checked)


class GoogleItem(Told):
    """One stored file."""

    bucket: str = in_holder_field("Bucket", 255)
    key: str = key_field("Name")


@remotes.register
class GoogleStorage(Storage):
    key = "google_storage"
    title = "Google Cloud Storage"
    help = "Files in a bucket of Google Cloud Storage."
    order = 20
    Settings = GoogleSettings
    Secrets = GoogleSecrets
    Item = GoogleItem
    settings: GoogleSettings
    secrets: GoogleSecrets

    @property
    def address(self) -> str:
        """What was entered; "" is Google."""
        return self.settings.endpoint

    def opened(self) -> AbstractContextManager[Any]:
        """Make the client."""
        settings = self.settings
        return closing(google_client(self.secrets.key_file, settings.project, settings.endpoint))

    def sentence(self, error: Exception) -> UserError:
        """Put an error of Google's libraries into a sentence."""
        return google_sentence(error, self.settings.endpoint)

    def touch(self, client: Any, name: str) -> None:
        """List one file of a bucket."""
        list(client.list_blobs(name, max_results=1, **_patience()))

    def holders(self, client: Any) -> list[str]:
        """Name the buckets."""
        from google.api_core.exceptions import ClientError

        try:
            return [str(each.name) for each in client.list_buckets(**_patience())]
        except ClientError as error:
            if error.code in (400, 401, 403):
                raise UserError(
                    "This key may not list buckets. Enter the name of one in the connection."
                ) from None
            raise

    def stored(self, client: Any, name: str, prefix: str) -> Iterator[Stored]:
        """Give what lies at a prefix, page by page: folders and files of each."""
        found = client.list_blobs(name, prefix=prefix, delimiter="/", **_patience())
        told: set[str] = set()
        for page in found.pages:
            files = list(page)
            for folder in sorted(found.prefixes - told):
                told.add(folder)
                yield Stored(str(folder))
            for blob in files:
                yield Stored(str(blob.name), blob.size, blob.updated)

    def download(self, client: Any, name: str, key: str, target: Path, progress: Progress) -> None:
        """Stream a file to the disk; the library compares its checksum."""
        most = self.reach.max_bytes
        blob = client.bucket(name).blob(key)
        blob.reload(**_patience())
        require_size(blob.size or 0, most)
        with closing(Watched(target, most, progress, lambda: blob.size)) as file:
            # "Raw" is as stored: what lies packed there comes packed.
            blob.download_to_file(file, raw_download=True, **_patience())


def _patience() -> dict[str, Any]:
    from google.cloud.storage.retry import DEFAULT_RETRY

    return {"timeout": TIMEOUTS, "retry": DEFAULT_RETRY.with_timeout(RETRY_SECONDS)}
