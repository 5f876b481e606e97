"""A client of Azure's blob storage that knows only what it is told, and what goes wrong with it.

A connection string is not taken whole: it may name any address for each part of the service.
"""

from typing import Any

from pydantic import BaseModel

from datasets.engine.remote.kind_address import host_of
from datasets.engine.remote.kind_trust import machine_authorities
from datasets.engine.remote.kind_words import must_pass, network_sentence, said_by
from segplatform.kernel.errors import UserError

CONNECT_SECONDS = 10
READ_SECONDS = 60
RETRIES = 1
PIECE_BYTES = 4 * 2**20
_NOT_READ = (
    "The storage refuses this sign-in there. Check the key or token, and that it may list and "
    "read blobs."
)
_NOBODY = "The storage does not accept this sign-in. Check the account, and enter its key anew."
SENTENCES = {
    "AuthenticationFailed": _NOBODY,
    "InvalidAuthenticationInfo": _NOBODY,
    "NoAuthenticationInformation": "The storage wants a sign-in. Choose a key or a SAS token.",
    "AuthorizationFailure": _NOT_READ,
    "AuthorizationPermissionMismatch": _NOT_READ,
    "AuthorizationResourceTypeMismatch": _NOT_READ,
    "AuthorizationServiceMismatch": _NOT_READ,
    "AuthorizationSourceIPMismatch": "The SAS token is not for this computer. Ask for another.",
    "KeyBasedAuthenticationNotPermitted": "The account takes no keys. Use a SAS token.",
    "PublicAccessNotPermitted": "The account has no public containers. Choose a sign-in.",
    "ResourceNotFound": "There is no such container, or it is not public. Check its name.",
    "ContainerNotFound": "There is no such container. Check its name.",
    "InvalidResourceName": "There is no such container. Check its name.",
    "BlobNotFound": "This file is no longer there. Choose it anew.",
    "BlobArchived": "This file is archived. Have it restored first.",
    "AccountIsDisabled": "The account is disabled. Ask who runs it.",
    "ServerBusy": "The storage is busy. Try again later.",
    "ConditionNotMet": "The file changed while it was fetched. Try again.",
}


def azure_client(address: str, account: str, key: str, sas: str) -> Any:
    """Make the client; with neither key nor token it asks as nobody."""
    from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential
    from azure.core.pipeline.transport import RequestsTransport
    from azure.storage.blob import BlobServiceClient

    credential: Any = None
    if key:
        credential = AzureNamedKeyCredential(account, key)
    elif sas:
        credential = AzureSasCredential(sas)
    transport = RequestsTransport(
        use_env_settings=False,  # neither proxies nor .netrc
        connection_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        connection_verify=machine_authorities() or True,
    )
    return BlobServiceClient(
        address,
        credential=credential,
        transport=transport,
        retry_total=RETRIES,
        retry_connect=0,
        initial_backoff=1,
        permit_redirects=False,
        max_single_get_size=PIECE_BYTES,
        max_chunk_get_size=PIECE_BYTES,
    )


def azure_sentence(error: Exception, address: str, secrets: BaseModel) -> UserError:
    """Put an error of Azure's library, or of the way to the server, into a sentence."""
    below = getattr(error, "inner_exception", None) or error
    must_pass(below)
    from azure.core.exceptions import HttpResponseError

    host = host_of(address)
    if isinstance(error, HttpResponseError) and error.status_code:
        code = str(getattr(error, "error_code", "") or "")
        if code in SENTENCES:
            return UserError(SENTENCES[code])
        if error.status_code in (401, 403):
            return UserError(_NOT_READ)
        if 300 <= error.status_code < 400:
            return UserError(f"{host} leads elsewhere. Enter the address that it leads to.")
        if error.status_code == 404:
            return UserError(SENTENCES["ResourceNotFound"])
        return UserError(said_by("The storage", f"{error.status_code} {code}", secrets))
    if said := network_sentence(below, host):
        return UserError(said)
    if "base64" in str(error) or "padding" in str(error):
        return UserError("The key of the account is not whole. Enter it as it is shown in Azure.")
    return UserError(f"{host} does not answer as Azure's storage does. Check the address.")
