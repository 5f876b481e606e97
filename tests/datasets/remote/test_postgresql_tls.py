"""PostgreSQL over TLS, a real server: whom one believes, and what is said where one does not."""

import socketserver
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from datasets.engine.cage.watch import Limits
from datasets.engine.remote.kinds.postgresql import Postgresql
from datasets.engine.remote.run import Call, remote_call
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.kinds.asking import source_of
from tests.datasets.remote.pg_server import PASSWORD, Server
from tests.servers.answering import answering
from tests.servers.certificates import DAY, Issued, issued

NOT_PROVEN = "The certificate of {0} does not prove that it is {0}: "


def speaks_tls(server: Server, wanted: bool) -> None:
    """Wait until the server has read its settings anew."""
    mode = "require" if wanted else "disable"
    where = f"host=127.0.0.1 port={server.port} user=postgres password={PASSWORD} sslmode={mode}"
    until = time.monotonic() + 20
    while True:
        try:
            with psycopg.connect(where) as connection:
                shown = connection.execute("SHOW ssl").fetchone()
                if shown == ("on" if wanted else "off",):
                    return
        except psycopg.OperationalError:
            pass
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture(scope="module")
def proof(postgres: Server) -> Iterator[Issued]:
    """Let the server prove that it is ``localhost``, and let the user "careful" in by TLS only."""
    made, doors = issued("localhost"), (postgres.data / "pg_hba.conf").read_text()
    files = {"server.crt": made.certificate, "server.key": made.key}
    files["pg_hba.conf"] = f"hostnossl all careful all reject\n{doors}"
    postgres.settle(files, "ALTER SYSTEM SET ssl = on")
    speaks_tls(postgres, True)
    yield made
    postgres.settle({"pg_hba.conf": doors}, "ALTER SYSTEM SET ssl = off")
    speaks_tls(postgres, False)


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fetching process works in its scratch folder, where it puts the authority."""
    monkeypatch.chdir(tmp_path)


def told(server: Server, **options: Any) -> dict[str, Any]:
    return server.options(**{"host": "localhost", "tls": "verify", **options})


def refused(server: Server, **options: Any) -> str:
    source = source_of(Postgresql, told(server, **options), server.secrets, there=["127.0.0.1"])
    with pytest.raises(UserError) as caught:
        source.check()
    return str(caught.value)


def test_who_proves_to_be_the_host_is_believed(
    postgres: Server, proof: Issued, tmp_path: Path
) -> None:
    """Through the fetching process as it is, whose files are closed but for its own folder."""
    call = Call(
        kind="postgresql", settings=told(postgres, authority=proof.authority), folder=tmp_path,
        secrets=postgres.secrets, limits=Limits(60, 10**9, 10**9), max_bytes=10**6,
        allow=(f"localhost:{postgres.port}",),
    )  # fmt: skip
    said = remote_call(call, "check", NullProgress()).said
    assert str(said).endswith("answers; the connection is encrypted.")


def test_who_does_not_is_refused_in_a_sentence_that_says_what_to_do(
    postgres: Server, proof: Issued
) -> None:
    unknown = NOT_PROVEN.format("localhost") + (
        "who issued it is not known here. Enter the certificate of the authority that issued it, "
        "or ask who runs the server."
    )
    assert refused(postgres) == unknown
    assert refused(postgres, authority=issued("localhost").authority) == unknown
    assert refused(postgres, host="db.example.com", authority=proof.authority) == (
        NOT_PROVEN.format("db.example.com") + "it is for another name. Enter the host by the name "
        "that the certificate is for, or ask who runs the server."
    )
    assert "cannot be read. Paste it whole" in refused(postgres, authority="-----BEGIN nothing")


@pytest.mark.parametrize(
    ("ended", "said"), [(DAY, "it has expired."), (-3 * DAY, "it is not valid yet.")]
)
def test_a_certificate_out_of_its_time_is_told_from_one_of_an_unknown_authority(
    ended: timedelta, said: str, tmp_path: Path
) -> None:
    """libpq says the same of both."""
    made = issued("localhost", ended)
    (tmp_path / "both.pem").write_text(made.certificate + made.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")

    def talk(here: socketserver.StreamRequestHandler) -> None:
        here.rfile.read(8)
        here.wfile.write(b"S")
        with suppress(ssl.SSLError):
            context.wrap_socket(here.connection, server_side=True)

    with answering(talk) as port:
        server = Server(port, Path())
        assert said in refused(server, authority=made.authority)
        assert "who issued it is not known here" in refused(server)


def test_encryption_without_proof_is_a_choice(postgres: Server, proof: Issued) -> None:
    source = source_of(
        Postgresql, told(postgres, tls="encrypt"), postgres.secrets, there=["127.0.0.1"]
    )
    assert source.check().endswith("the connection is encrypted.")
    said = refused(postgres, tls="off", user="careful")
    assert said == "The server wants an encrypted connection. Choose encryption."


def test_the_password_is_never_sent_as_it_is_to_whom_nobody_knows() -> None:
    heard: list[bytes] = []

    def talk(here: socketserver.StreamRequestHandler) -> None:
        here.rfile.read(int.from_bytes(here.rfile.read(4), "big") - 4)
        here.wfile.write(b"R\x00\x00\x00\x08\x00\x00\x00\x03")  # AuthenticationCleartextPassword
        heard.append(here.rfile.read())

    with answering(talk) as port:
        assert "wants the password unprotected" in refused(Server(port, Path()), tls="off")
    assert heard == [b""]
