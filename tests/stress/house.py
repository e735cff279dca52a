# SPDX-License-Identifier: MIT
"""What the lifecycle tests share: a place to live in, and clients that wait, download and are served."""

import os
import select
import shutil
import socket
import subprocess
import tempfile
import time

import content  # noqa: F401  (it adds tests/wire to the path)
import answer as wire
import process
from batond import Batond

GET = b"GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n"
LARGE = 24 * 1024 * 1024  # more than socket buffers hold
LIB = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib")


class Failed(AssertionError):
    """What must hold did not."""


class Skipped(Exception):
    """What the test needs is not here; its text says what."""


def must(holds, detail):
    if not holds:
        raise Failed(detail)


class House:
    """A place for one test: a root, a directory for configurations, and the daemons started in it."""

    def __init__(self, path):
        self.batond = path
        self.top = tempfile.mkdtemp(prefix="baton-life-")
        os.chmod(self.top, 0o755)
        self.root = os.path.join(self.top, "root")
        os.mkdir(self.root)
        self.daemons = []
        self._write("a.txt", b"alpha\n")

    def _write(self, name, data):
        with open(os.path.join(self.root, name), "wb") as file:
            file.write(data)

    def with_large_file(self):
        self._write("large.bin", b"0123456789abcdef" * (LARGE // 16))
        return self

    def start(self, changes=None, nofile=None, name="daemon", environment=None):
        server = Batond(self.batond, self.top, self.root, name, changes, nofile, environment)
        self.daemons.append(server)
        return server.start()

    def command(self, *arguments):
        return subprocess.run([self.batond, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=20, cwd=self.top, check=False)

    def ini(self, text):
        path = os.path.join(self.top, "given.ini")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def clean(self):
        """Stop what runs; the first sanitizer report, or None."""
        for server in self.daemons:
            server.stop(within=3)
        reports = [server.sanitizer_report() for server in self.daemons]
        shutil.rmtree(self.top, ignore_errors=True)
        return next((report for report in reports if report), None)


def ends_with(server, status, within):
    began = time.monotonic()
    got = server.wait(within)
    must(got == status, "exit status %s after %.1f s, expected %s within %g s" % (
        got, time.monotonic() - began, status, within))


def read_answer(sock, patience=5.0):
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


def refuses(server, within):
    """Whether new connections are refused in time."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            server.connect(timeout=0.5).close()
        except ConnectionError:
            return True
        except socket.timeout:
            pass
        time.sleep(0.02)
    return False


def serve_all(socks, within):
    """Read each answer as it comes, and close; all must come."""
    waiting, deadline = set(socks), time.monotonic() + within
    while waiting:
        must(time.monotonic() < deadline, "%d of %d were never served" % (len(waiting), len(socks)))
        for sock in select.select(list(waiting), [], [], 1)[0]:
            got = read_answer(sock)
            must(got.status in (200, 503), "status %d" % got.status)
            waiting.remove(sock)
            sock.close()


def connect_when_ready(port, within=10.0):
    """A connection to a daemon that is still starting."""
    deadline = time.monotonic() + within
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 5)
        except ConnectionError as error:
            must(time.monotonic() < deadline, "not ready: %s" % error)
            time.sleep(0.01)


def cpu_share(server, seconds=1.0):
    """CPU time that the daemon uses in a second, while we only wait."""
    before = process.cpu_seconds(server.pid)
    time.sleep(seconds)
    return (process.cpu_seconds(server.pid) - before) / seconds
