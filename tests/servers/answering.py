"""A server that answers each connection by a function: for servers that mean no good."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast


@contextmanager
def answering(talk: Callable[[socketserver.StreamRequestHandler], None]) -> Iterator[int]:
    """Listen on loopback and let ``talk`` speak on each connection; give the port."""

    class Handler(socketserver.StreamRequestHandler):
        timeout = 20

        def handle(self) -> None:
            try:
                talk(self)
            except (ConnectionError, TimeoutError):
                return

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield cast(int, server.server_address[1])
        finally:
            server.shutdown()
            thread.join()
