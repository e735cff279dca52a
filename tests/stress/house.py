# SPDX-License-Identifier: MIT
"""What the lifecycle tests share: a place to live in, and clients that wait, download and are served."""

import ctypes
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
from patience import PATIENCE, eventually

GET = b"GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n"
LARGE = 24 * 1024 * 1024  # more than socket buffers hold
LANDLOCK_CREATE = 444
LIB = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib")


class Failed(AssertionError):
    """What must hold did not."""


class Skipped(Exception):
    """What the test needs is not here; its text says what."""


def must(holds, detail):
    if not holds:
        raise Failed(detail)


def needs(here, what):
    """Skip the test where it is missing; in CI it must not be."""
    if not here:
        must(not os.environ.get("CI"), "this needs %s" % what)
        raise Skipped("needs " + what)


def needs_root():
    needs(os.geteuid() == 0, "root")


def needs_landlock():
    libc = ctypes.CDLL(None, use_errno=True)
    needs(libc.syscall(LANDLOCK_CREATE, None, 0, 1) > 0, "Landlock")


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
                              stderr=subprocess.PIPE, timeout=PATIENCE, cwd=self.top, check=False)

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


def ends_with(server, status, within=PATIENCE):
    began = time.monotonic()
    got = server.wait(within)
    must(got == status, "exit status %s after %.1f s, expected %s" % (got, time.monotonic() - began, status))


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


def must_rest(server, most, when, tries=10):
    """There comes a second in which the daemon is not busier than that, while we only wait."""
    for _ in range(tries):
        busyness = process.busyness(server.pid)
        if busyness <= most:
            return
    raise Failed("%.2f of the CPU time that it can have, %s" % (busyness, when))
