"""Whose word for a server counts: the authorities of this machine, or one that was entered."""

import ssl
from pathlib import Path

from segplatform.kernel.errors import UserError

NO_CERTIFICATE = (
    "The certificate of the authority cannot be read. Paste it whole, with the lines that begin "
    "with -----."
)
_USUAL = (
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
)  # fmt: skip


def machine_authorities() -> str | None:
    """Give the file of all authorities that this machine trusts; None where it has none.

    For libraries that would else trust a list that they bring along: a company adds its own
    authority to the machine's.
    """
    own = ssl.get_default_verify_paths()
    known = (own.cafile, own.openssl_cafile, *_USUAL)
    return next((path for path in known if path and Path(path).is_file()), None)


def authority_checked(text: str) -> str:
    """Return the text of a certificate, "" for none; ``UserError`` where it is none.

    Asked here, as each library has its own words for it, or takes it for the server's fault.
    """
    text = text.strip()
    try:
        if text:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        raise UserError(NO_CERTIFICATE) from None
    return text
