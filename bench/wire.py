# SPDX-License-Identifier: MIT
"""Bytes on sockets: free ports, one request answered, and what exactly a client sends."""

import random
import re
import socket
import time

from procs import BenchError

TIMEOUT = 5.0


class Response:
    def __init__(self, head, body):
        self.head = head
        self.body = body
        self.bytes = head + body
        self.status = int(head.split(b" ", 2)[1])

    def field(self, name):
        match = re.search(rb"\r\n" + name.encode() + rb":[ \t]*([^\r]*)\r\n", self.head, re.IGNORECASE)
        return match.group(1).decode("latin-1") if match else None


def free_ports(count):
    """Ports of equal length below those that the kernel gives to clients."""
    ports = []
    while len(ports) < count:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in ports:
            ports.append(port)
    return ports


def get(path, port, fields=()):
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def read_response(sock):
    """Reads one answer that has a length (or, like 304, has no body)."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            raise BenchError("the connection was closed before the end of a response's head")
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    response = Response(head + b"\r\n\r\n", b"")
    length = 0 if response.status in (204, 304) else response.field("Content-Length")
    if length is None:
        raise BenchError("a response has no Content-Length")
    body = bytearray(rest)
    while len(body) < int(length):
        more = sock.recv(65536)
        if not more:
            raise BenchError("the connection was closed before the end of a response's body")
        body += more
    return Response(head + b"\r\n\r\n", bytes(body))


def fetch(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as sock:
        sock.sendall(request)
        return read_response(sock)


def wait_ready(process, port, request, patience=10.0):
    """Returns when the server answers."""
    deadline = time.monotonic() + patience
    while True:
        if not process.alive():
            raise BenchError(f"{process.name} ended at its start:\n{process.log_tail()}")
        try:
            return fetch(port, request)
        except (OSError, BenchError) as error:
            if time.monotonic() > deadline:
                raise BenchError(f"{process.name} does not answer: {error}\n{process.log_tail()}") from error
            time.sleep(0.02)


def receive_some(listener):
    """The first bytes of the first connection that sends any, until it pauses."""
    while True:
        conn, _ = listener.accept()
        with conn:
            conn.settimeout(TIMEOUT)
            data = conn.recv(65536)
            conn.settimeout(0.05)
            try:
                while data:
                    more = conn.recv(65536)
                    if not more:
                        break
                    data += more
            except TimeoutError:
                pass
            if data:
                return data


def capture(port, start_client, depth):
    """What one request of a client is, byte for byte. `start_client()` starts it; it is killed afterwards."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(16)
        listener.settimeout(TIMEOUT)
        client = start_client()
        try:
            data = receive_some(listener)
        except TimeoutError as error:
            raise BenchError("wrk sent nothing") from error
        finally:
            client.kill()
            client.wait()
    size = len(data) // depth
    if data != data[:size] * depth or not data.endswith(b"\r\n\r\n"):
        raise BenchError(f"wrk did not send {depth} equal requests at once")
    return data[:size]
