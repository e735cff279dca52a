# SPDX-License-Identifier: MIT
"""Clients of a daemon that serves the root of a fixture: they ask, wait, download and are served."""

import select
import socket
import time

from batontest import answer as wire
from batontest.expect import must
from batontest.patience import PATIENCE, eventually

GET = b"GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n"
LARGE = 24 * 1024 * 1024  # of large.bin: more than socket buffers hold


def read_answer(sock, patience=PATIENCE):
    sock.settimeout(patience)
    data = b""
    while True:
        result = wire.parse_head(data)
        if result and len(data) >= len(result.raw) + result.body_length(False):
            result.body = data[len(result.raw):]
            return result
        more = sock.recv(65536)
        must(more, "closed after %r" % data[:80])
        data += more


def is_quiet(sock, seconds):
    return not select.select([sock], [], [], seconds)[0]


def begin_download(server):
    """Ask for the large file, read only its head."""
    sock = server.connect()
    sock.sendall(b"GET /large.bin HTTP/1.1\r\nHost: test\r\n\r\n")
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(4096)
        must(more, "no head")
        data += more
    return sock, len(data.partition(b"\r\n\r\n")[2])


def rest_of(sock, have):
    while have < LARGE:
        more = sock.recv(1 << 20)
        if not more:
            break
        have += len(more)
    return have


def refuses(server):
    """Whether there comes a time when new connections are refused."""
    def refused():
        try:
            server.connect(timeout=0.5).close()
        except ConnectionError:
            return True
        except socket.timeout:
            pass
        return False
    return eventually(refused, pause=0.02)


def serve_all(socks):
    """Read each answer as it comes, and close; all must come."""
    waiting, deadline = set(socks), time.monotonic() + PATIENCE
    while waiting:
        must(time.monotonic() < deadline, "%d of %d were never served" % (len(waiting), len(socks)))
        for sock in select.select(list(waiting), [], [], 1)[0]:
            got = read_answer(sock)
            must(got.status in (200, 503), "status %d" % got.status)
            waiting.remove(sock)
            sock.close()


def connect_when_ready(port):
    """A connection to a daemon that is still starting."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), PATIENCE)
        except ConnectionError as error:
            must(time.monotonic() < deadline, "not ready: %s" % error)
            time.sleep(0.01)


def idle_connections(server, count):
    socks = [server.connect() for _ in range(count)]
    for sock in socks:
        sock.sendall(GET)
        must(read_answer(sock).status == 200, "no answer at first")
    return socks


def must_answer(socks):
    for sock in socks:
        sock.sendall(GET)
        answer = read_answer(sock)
        must(answer.status == 200 and answer.body == b"alpha\n", "status %d" % answer.status)
