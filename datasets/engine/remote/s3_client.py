"""A client of S3 that knows only what it is told: no file of the machine, no environment.

Left to itself, botocore looks for keys in the environment, in files of the home directory and at
the address where cloud machines hand out their own rights: whoever may enter a bucket would read
it with the rights of the server.
"""

import os
from functools import cache
from typing import Any

from pydantic import BaseModel

from datasets.engine.remote.kind_address import host_of
from datasets.engine.remote.kind_trust import machine_authorities
from datasets.engine.remote.kind_words import must_pass, network_sentence, said_by
from segplatform.kernel.errors import UserError

CONNECT_SECONDS = 6
READ_SECONDS = 60
TRIES = 3
"""Three times no answer are told while somebody still waits for the trial of a connection."""

_NOT_READ = "This key may not read there. Give it the rights to list the bucket and to read files."
_REGION = "The bucket lies in another region. Enter its region in the connection."
SENTENCES = {
    "InvalidAccessKeyId": "The server does not know this access key. Check it.",
    "SignatureDoesNotMatch": "The secret key does not belong to this access key. Enter it anew.",
    "ExpiredToken": "The session token has expired. Enter a new one.",
    "InvalidToken": "The session token is not valid. Enter a new one, or none.",
    "AccessDenied": _NOT_READ,
    "AllAccessDisabled": _NOT_READ,
    "403": _NOT_READ,
    "NoSuchBucket": "There is no such bucket. Check its name.",
    "InvalidBucketName": "There is no such bucket. Check its name.",
    "NoSuchKey": "This file is no longer there. Choose it anew.",
    "404": "This file is no longer there. Choose it anew.",
    "InvalidObjectState": "This file is archived. Have it restored first.",
    "RequestTimeTooSkewed": "The clock of this server and that of the storage differ. Set it.",
    "SlowDown": "The storage is busy. Try again later.",
    "ServiceUnavailable": "The storage is busy. Try again later.",
    "PermanentRedirect": _REGION,
    "AuthorizationHeaderMalformed": _REGION,
    "IllegalLocationConstraintException": _REGION,
    "301": _REGION,
}


def s3_client(
    *, endpoint: str, region: str, path_style: bool, access_key: str, secret_key: str,
    session_token: str,
) -> Any:  # fmt: skip
    """Make the client; without a key it asks as nobody, as for public buckets."""
    from botocore import UNSIGNED
    from botocore.config import Config

    signed = {} if access_key else {"signature_version": UNSIGNED}
    config = Config(
        proxies={},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": TRIES, "mode": "standard"},
        ignore_configured_endpoint_urls=True,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path" if path_style else "virtual"},
        **signed,
    )
    return _session().create_client(
        "s3",
        region_name=region or "us-east-1",
        endpoint_url=endpoint or None,
        aws_access_key_id=access_key or None,
        aws_secret_access_key=secret_key or None if access_key else None,
        aws_session_token=session_token or None if access_key else None,
        config=config,
        verify=machine_authorities() or True,
    )


@cache
def _session() -> Any:
    """Give a session without profile, files, environment and the cloud's own address."""
    from botocore.credentials import CredentialResolver
    from botocore.loaders import Loader
    from botocore.session import Session

    nothing = (None, None, None, None)
    session = Session(
        session_vars={
            "profile": nothing,
            "region": nothing,
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
            "ca_bundle": nothing,
        }
    )
    session.register_component("credential_provider", CredentialResolver(providers=[]))
    loader = Loader(
        extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False
    )
    session.register_component("data_loader", loader)
    return session


def s3_sentence(error: Exception, endpoint: str, region: str, secrets: BaseModel) -> UserError:
    """Put an error of botocore, or of the way to the server, into a sentence."""
    must_pass(error)
    from botocore.exceptions import ClientError, HTTPClientError

    host = host_of(endpoint) if endpoint else f"s3.{region}.amazonaws.com"
    if isinstance(error, ClientError):
        told = error.response.get("Error", {})
        code = str(told.get("Code", ""))
        if code in SENTENCES:
            return UserError(SENTENCES[code])
        return UserError(said_by("The storage", f"{code} {told.get('Message', '')}", secrets))
    if said := network_sentence(error, host):
        return UserError(said)
    if isinstance(error, HTTPClientError):
        return UserError(f"{host} could not be reached. Check the address and the region.")
    return UserError(f"{host} does not answer as an S3 storage does. Check the address.")
