"""Amazon S3 and every storage that speaks like it: a stored file, fetched as it is."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from datasets.engine.csv_words import offered
from datasets.engine.remote.base import Told, remotes, shown
from datasets.engine.remote.kind_address import address_checked
from datasets.engine.remote.kind_files import PIECE_BYTES, write_pieces
from datasets.engine.remote.kind_folders import Stored
from datasets.engine.remote.kind_storage import Storage, holder_field, in_holder_field, key_field
from datasets.engine.remote.s3_client import s3_client, s3_sentence
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

_STYLES = {
    "auto": "As usual: Amazon by host, others by path",
    "path": "In the path: host/bucket/file",
    "host": "In the host: bucket.host/file",
}


class S3Settings(Told):
    """Where the storage is and what of it is meant."""

    endpoint: str = Field(
        "", title="Address", max_length=500,
        description="Empty for Amazon; else as https://s3.example.com:9000.",
    )  # fmt: skip
    region: str = Field(
        "us-east-1", title="Region", pattern=r"^[A-Za-z0-9-]{1,40}$",
        description="Amazon's name of it, such as eu-central-1; others mostly take any.",
    )  # fmt: skip
    bucket: str = holder_field("Bucket", "Needed where the key may not list buckets.", 255)
    access_key: str = Field(
        "", title="Access key", max_length=500,
        description="Its id, such as AKIA…; empty for public buckets.",
    )  # fmt: skip
    style: Literal["auto", "path", "host"] = Field(
        "auto", title="Place of the bucket's name", description="In the addresses of files.",
        json_schema_extra={**offered(_STYLES), **shown(more=True)},
    )  # fmt: skip

    _endpoint = field_validator("endpoint")(address_checked)


class S3Secrets(Told):
    """What proves that the key is theirs."""

    secret_key: str = Field(
        "", title="Secret key", description="Of the access key.", max_length=500
    )
    session_token: str = Field(
        "", title="Session token", max_length=5_000,
        description="Only for keys that are lent for some hours.",
        json_schema_extra=shown(more=True),
    )  # fmt: skip


class S3Item(Told):
    """One stored file."""

    bucket: str = in_holder_field("Bucket", 255)
    key: str = key_field("Key")


@remotes.register
class S3(Storage):
    key = "s3"
    title = "S3"
    help = "Files in Amazon S3, or in a storage that speaks like it: MinIO, Ceph, R2 or Wasabi."
    order = 10
    Settings = S3Settings
    Secrets = S3Secrets
    Item = S3Item
    settings: S3Settings
    secrets: S3Secrets

    @property
    def address(self) -> str:
        """What was entered; "" is Amazon."""
        return self.settings.endpoint

    def opened(self) -> AbstractContextManager[Any]:
        """Make the client."""
        settings, secrets = self.settings, self.secrets
        style = settings.style
        return closing(
            s3_client(
                endpoint=settings.endpoint,
                region=settings.region,
                path_style=style == "path" or (style == "auto" and bool(settings.endpoint)),
                access_key=settings.access_key,
                secret_key=secrets.secret_key,
                session_token=secrets.session_token,
            )
        )

    def sentence(self, error: Exception) -> UserError:
        """Put an error of botocore into a sentence."""
        return s3_sentence(error, self.settings.endpoint, self.settings.region, self.secrets)

    def touch(self, client: Any, name: str) -> None:
        """List one file of a bucket."""
        client.list_objects_v2(Bucket=name, MaxKeys=1)

    def holders(self, client: Any) -> list[str]:
        """Name the buckets."""
        from botocore.exceptions import ClientError

        try:
            return [str(told["Name"]) for told in client.list_buckets().get("Buckets", [])]
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("AccessDenied", "403"):
                raise UserError(
                    "This key may not list buckets. Enter the name of one in the connection."
                ) from None
            raise

    def stored(self, client: Any, name: str, prefix: str) -> Iterator[Stored]:
        """Give what lies at a prefix, page by page: folders and files of each."""
        pages = client.get_paginator("list_objects_v2").paginate(
            Bucket=name, Prefix=prefix, Delimiter="/"
        )
        for page in pages:
            for folder in page.get("CommonPrefixes", []):
                yield Stored(str(folder["Prefix"]))
            for file in page.get("Contents", []):
                yield Stored(str(file["Key"]), file.get("Size"), file.get("LastModified"))

    def download(self, client: Any, name: str, key: str, target: Path, progress: Progress) -> None:
        """Stream a file to the disk."""
        answer = client.get_object(Bucket=name, Key=key)
        with closing(answer["Body"]) as body:
            pieces, total = body.iter_chunks(PIECE_BYTES), answer.get("ContentLength")
            write_pieces(pieces, target, total, self.reach.max_bytes, progress)
