"""Why a PostgreSQL server's certificate is not believed, which libpq keeps to itself.

It says the same of one that has expired and of one that an unknown authority issued. So the server
is asked for TLS once more, by Python, whose words tell them apart; nobody signs in.
https://www.postgresql.org/docs/current/protocol-message-formats.html (SSLRequest)
"""

import socket
import ssl
import struct

from datasets.engine.remote.kind_words import network_sentence
from segplatform.kernel.errors import UserError

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)


def unproven(
    address: str, host: str, port: int, authorities: str, seconds: float
) -> UserError | None:
    """Give the sentence for what is wrong with the certificate; None where nobody can say.

    ``authorities`` is the file of those that are trusted, ``address`` one of the host's.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(authorities)
        with socket.create_connection((address, port), seconds) as plain:
            plain.sendall(_SSL_REQUEST)
            if plain.recv(1) == b"S":
                with context.wrap_socket(plain, server_hostname=host):
                    return None
    except ssl.SSLCertVerificationError as error:
        said = network_sentence(error, host, authority=True)
        return UserError(said) if said else None
    except OSError:
        return None
    return None
