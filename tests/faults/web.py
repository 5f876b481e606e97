"""A real web server on the test database, and a person who talks to it by plain HTTP."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client

from projects.models import User
from segplatform.processes import bound_to
from segplatform.programs import web_options
from tests.workers import ROOT, worker_environment

HOST = "127.0.0.1"
START_SECONDS = 60
CSRF = "a" * 32  # the form and the cookie agree, and both are of this address


@dataclass
class Web:
    """granian as ``segplatform up`` starts it, on a port of its own."""

    port: int = field(default_factory=lambda: free_port())
    process: subprocess.Popen[bytes] | None = None

    def start(self, within: Sequence[str] = (), **env: str) -> None:
        """Start it, as the end of the command ``within``, and wait until it answers."""
        self.process = subprocess.Popen(
            [*within, sys.executable, "-m", "granian", *web_options(HOST, self.port)],
            cwd=ROOT, env={**worker_environment(), "LOG_LEVEL": "ERROR", **env},
            start_new_session=True, preexec_fn=bound_to(os.getpid(), signal.SIGTERM),
        )  # fmt: skip
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            assert time.monotonic() < until
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill all of it, as if the machine had lost its power."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        try:
            with closing(http.client.HTTPConnection(HOST, self.port, timeout=5)) as connection:
                connection.request("GET", "/accounts/login/")
                return connection.getresponse().status == 200
        except OSError:
            return False


@dataclass(frozen=True)
class Answer:
    """What came back; names of headers in lower case."""

    status: int
    headers: dict[str, str]
    text: str


class Person:
    """Somebody who is signed in."""

    def __init__(self, web: Web, user: User) -> None:
        browser = Client()
        browser.force_login(user)
        session = browser.cookies[settings.SESSION_COOKIE_NAME].value
        self.web = web
        self.headers = {"Cookie": f"sessionid={session}; csrftoken={CSRF}", "X-CSRFToken": CSRF}

    def ask(
        self, method: str, path: str, body: bytes | dict[str, str] = b"", **headers: str
    ) -> Answer:
        """Send a request; wait for the answer."""
        sent = self.headers | {name.replace("_", "-"): text for name, text in headers.items()}
        if isinstance(body, dict):
            body = urlencode(body).encode()
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(http.client.HTTPConnection(HOST, self.web.port, timeout=60)) as connection:
            connection.request(method, path, body=body or None, headers=sent)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        headers_back = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, headers_back, text)

    def send_half(self, method: str, path: str, body: bytes, **headers: str) -> socket.socket:
        """Send a request with the first half of its body; the connection stays open."""
        sent = self.headers | {name.replace("_", "-"): text for name, text in headers.items()}
        lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {text}" for name, text in sent.items()]
        connection = socket.create_connection((HOST, self.web.port), timeout=60)
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body[: len(body) // 2])
        return connection


def free_port() -> int:
    """Return a port that is free right now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
