"""Talking to anybody: the app's queue, the database, the internet, other programs' sockets."""

import ctypes
import os
import socket

from tests.datasets.cage.attacks.base import Target, attempt, by_libc, call, first_success


@attempt()
def connect_ipv4(target: Target) -> str | None:
    with socket.create_connection(("127.0.0.1", target.tcp), 2):
        return "connected to the app's port"


@attempt()
def connect_ipv6(target: Target) -> str | None:
    with socket.create_connection(("::1", target.tcp6), 2):
        return "connected to the app's port over IPv6"


@attempt()
def connect_by_number(target: Target) -> str | None:
    fd = call("socket", 2, 1, 0)
    address = b"\x02\0" + target.tcp.to_bytes(2, "big") + b"\x7f\0\0\x01" + bytes(8)
    by_libc("connect", fd, address, 16)
    os.close(fd)
    return "connected by the call itself"


@attempt()
def send_udp(target: Target) -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"secret", ("127.0.0.1", target.udp))
    return "a datagram was sent"


@attempt()
def connect_unix(target: Target) -> str | None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(target.unix)
    return "connected to a socket in the app's folder"


@attempt()
def connect_abstract(target: Target) -> str | None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(b"\0" + target.abstract.encode())
    return "connected to an abstract socket"


@attempt()
def listen(target: Target) -> str | None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        return f"listening on {server.getsockname()}"


@attempt()
def ask_dns(target: Target) -> str | None:
    query = b"\0\1\1\0\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(query, ("127.0.0.1", target.udp))
    return "a name was asked for (the simplest way out of a closed network)"


def _open(family: int, kind: int, protocol: int = 0) -> str:
    with socket.socket(family, kind, protocol):
        return f"a socket of family {family}"


@attempt()
def open_netlink(target: Target) -> str | None:
    return _open(socket.AF_NETLINK, socket.SOCK_RAW)


@attempt()
def open_raw(target: Target) -> str | None:
    return first_success(
        lambda: _open(socket.AF_PACKET, socket.SOCK_RAW, 0x0300),
        lambda: _open(socket.AF_INET, socket.SOCK_RAW, 1),
    )


@attempt()
def open_odd_families(target: Target) -> str | None:
    return first_success(
        lambda: _open(38, socket.SOCK_SEQPACKET),  # the kernel's own cryptography
        lambda: _open(socket.AF_VSOCK, socket.SOCK_STREAM),
        lambda: _open(16, socket.SOCK_RAW, 15),
        lambda: _open(10, socket.SOCK_DGRAM),
    )


@attempt()
def make_a_socket_pair(target: Target) -> str | None:
    one, other = socket.socketpair()
    one.close()
    other.close()
    return "a pair of sockets (descriptors can be passed)"


@attempt()
def start_io_uring(target: Target) -> str | None:
    parameters = ctypes.create_string_buffer(120)
    fd = call("io_uring_setup", 4, parameters)
    os.close(fd)
    return "a ring, which makes calls that the filter never sees"


@attempt()
def start_old_async_io(target: Target) -> str | None:
    context = ctypes.c_ulong()
    call("io_setup", 4, ctypes.byref(context))
    return "a context of the old asynchronous calls"
