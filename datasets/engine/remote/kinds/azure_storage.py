"""Azure Blob Storage: a stored file, fetched as it is."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from datasets.engine.csv_words import offered
from datasets.engine.remote.azure_client import azure_client, azure_sentence
from datasets.engine.remote.base import Misfit, Told, remotes, shown
from datasets.engine.remote.kind_address import address_checked
from datasets.engine.remote.kind_files import write_pieces
from datasets.engine.remote.kind_folders import Stored
from datasets.engine.remote.kind_storage import Storage, holder_field, in_holder_field, key_field
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

SIGN_IN = {
    "key": "Key of the account",
    "sas": "SAS token",
    "none": "None, for public containers",
}


class AzureSettings(Told):
    """Where the storage is and what of it is meant."""

    account: str = Field(
        title="Account", pattern=r"^[a-z0-9]{3,24}$",
        description="The name of the storage account, such as myshop.",
    )  # fmt: skip
    container: str = holder_field(
        "Container", "Needed where the sign-in may not list containers.", 63
    )
    sign_in: Literal["key", "sas", "none"] = Field(
        "key", title="Sign-in", description="What proves who asks.",
        json_schema_extra=offered(SIGN_IN),
    )  # fmt: skip
    endpoint: str = Field(
        "", title="Address", max_length=500,
        description="Empty for Azure itself; else such as https://blobs.example.com/myshop.",
        json_schema_extra=shown(more=True),
    )  # fmt: skip

    @field_validator("endpoint")
    @classmethod
    def _is_address(cls, value: str) -> str:
        value = address_checked(value, path=True)
        if "?" in value:
            raise ValueError("enter what follows the question mark as the SAS token")
        return value

    @property
    def address(self) -> str:
        """Give the address that is asked."""
        return self.endpoint or f"https://{self.account}.blob.core.windows.net"


class AzureSecrets(Told):
    """What proves who asks: the one that the sign-in names."""

    key: str = Field(
        "",
        title="Key",
        max_length=500,
        description="One of the account's two access keys.",
        json_schema_extra=shown(sign_in="key"),
    )
    sas: str = Field(
        "", title="SAS token", max_length=5_000,
        description="What follows the question mark: sv=…&sig=…",
        json_schema_extra=shown(sign_in="sas"),
    )  # fmt: skip

    @model_validator(mode="after")
    def _is_token(self) -> "AzureSecrets":
        if self.sas and ("://" in self.sas.partition("sig=")[0] or not self.sas.isprintable()):
            raise Misfit("sas", "Enter only what follows the question mark")
        return self


class AzureItem(Told):
    """One stored file."""

    container: str = in_holder_field("Container", 63)
    key: str = key_field("Name")


@remotes.register
class AzureStorage(Storage):
    key = "azure_storage"
    title = "Azure Blob Storage"
    help = "Files in a container of an Azure storage account."
    order = 30
    holder = "container"
    Settings = AzureSettings
    Secrets = AzureSecrets
    Item = AzureItem
    settings: AzureSettings
    secrets: AzureSecrets

    @property
    def address(self) -> str:
        """What was entered, or the account's at Azure itself."""
        return self.settings.address

    def opened(self) -> AbstractContextManager[Any]:
        """Make the client."""
        settings, secrets = self.settings, self.secrets
        key = secrets.key if settings.sign_in == "key" else ""
        sas = secrets.sas.lstrip("?") if settings.sign_in == "sas" else ""
        if settings.sign_in != "none" and not (key or sas):
            raise UserError("Enter the key or the SAS token that the sign-in names.")
        client: AbstractContextManager[Any] = azure_client(
            settings.address, settings.account, key, sas
        )
        return client

    def sentence(self, error: Exception) -> UserError:
        """Put an error of Azure's library into a sentence."""
        return azure_sentence(error, self.settings.address, self.secrets)

    def touch(self, client: Any, name: str) -> None:
        """List one file of a container."""
        next(client.get_container_client(name).list_blobs(results_per_page=1).by_page(), None)

    def holders(self, client: Any) -> list[str]:
        """Name the containers."""
        from azure.core.exceptions import HttpResponseError

        try:
            return [str(each["name"]) for each in client.list_containers()]
        except HttpResponseError as error:
            code = str(getattr(error, "error_code", ""))
            if error.status_code == 403 and "Authentication" not in code:
                raise UserError(
                    "This sign-in may not list containers. Enter one in the connection."
                ) from None
            raise

    def stored(self, client: Any, name: str, prefix: str) -> Iterator[Stored]:
        """Give what lies at a prefix: folders and files, page by page."""
        container = client.get_container_client(name)
        for found in container.walk_blobs(name_starts_with=prefix or None, delimiter="/"):
            yield Stored(str(found.name), found.get("size"), found.get("last_modified"))

    def download(self, client: Any, name: str, key: str, target: Path, progress: Progress) -> None:
        """Stream a file to the disk; one that changes meanwhile is an error."""
        found = client.get_blob_client(name, key).download_blob(max_concurrency=1)
        write_pieces(found.chunks(), target, found.size, self.reach.max_bytes, progress)
