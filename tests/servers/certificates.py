"""An authority of the tests, and what it issues: quick keys, valid for a day."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    """A certificate for a server and its key, and whom one has to trust for it: all PEM."""

    certificate: str
    key: str
    authority: str


def issued(host: str, ended: timedelta = -DAY) -> Issued:
    """Make an authority and let it prove that a server is ``host``, until ``ended`` ago."""
    own, theirs = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Authority of the tests")])
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    authority = _made(root, own.public_key(), root).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    certificate = _made(name, theirs.public_key(), root, ended).add_extension(
        x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False
    )
    key = theirs.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Issued(
        _text(certificate.sign(own, hashes.SHA256())),
        key.decode(),
        _text(authority.sign(own, hashes.SHA256())),
    )


def _made(
    subject: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    ended: timedelta = -DAY,
) -> x509.CertificateBuilder:
    now, number = datetime.now(UTC), x509.random_serial_number()
    until = now - ended
    return x509.CertificateBuilder(issuer, subject, key, number, until - 2 * DAY, until)


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
