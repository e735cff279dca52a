# SPDX-License-Identifier: MIT
"""What the tests of real clients share: a root, a daemon that serves it, its log, and commands that end in time."""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

from batontest import answer as wire
from batontest.daemon import PROJECT, Batond
from batontest.expect import Failed, must
from batontest.files import age, pattern, read, write
from batontest.patience import PATIENCE

from codings import ENCODERS
from relay import Relay

DEMO = os.path.join(PROJECT, "conf", "demo")
DAY = 86400
MIB = 1 << 20
FOUR_GIB = 1 << 32
# Clients as the system has them: what somebody keeps at home (rustup, pyenv) needs that home.
SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
BEYOND = FOUR_GIB + 64 * 1024  # of files/beyond.bin
OUTSIDE = b"this file lies outside the root\n"
LINE = re.compile(r'\S+ - - \[[^]]+\] "(\S*) (\S*) [^"]*" (\d+) (\d+) "')
PAGE = (b"<!doctype html>\n<title>coded</title>\n<link rel=icon href=data:,>\n<pre id=text>\n" +
        pattern(100 * 1024) + b"</pre>\n")
FILES = {
    "ten.txt": b"0123456789",
    "1m.txt": pattern(MIB),
    "2m.txt": pattern(2 * MIB),
    "page.html": PAGE,
    "plain.html": PAGE,
    "[1].txt": b"a name that looks like a range of names\n",
    "{a,b}.txt": b"a name that looks like two\n",
    "n1.txt": b"one\n", "n2.txt": b"two\n", "n3.txt": b"three\n",
}


def beyond_stamps():
    """Where files/beyond.bin is not a hole: around 4 GiB, and its last bytes."""
    return ((FOUR_GIB - 4096, pattern(8192)), (BEYOND - 4096, pattern(4096)[::-1]))


def _write_beyond(path):
    with open(path, "wb") as file:
        file.truncate(BEYOND)
        for at, content in beyond_stamps():
            file.seek(at)
            file.write(content)


def make_root(top):
    """The demo site at the top, made ten days ago, and files/ beside it."""
    root = os.path.join(top, "root")
    shutil.copytree(DEMO, root)
    files = os.path.join(root, "files")
    os.mkdir(files)
    write(OUTSIDE, top, "outside.txt")
    for name, content in FILES.items():
        write(content, files, name)
    for ending, encode in ENCODERS.items():
        write(encode(PAGE), files, "page.html." + ending)
    _write_beyond(os.path.join(files, "beyond.bin"))
    for directory, _, names in os.walk(root):
        for name in names:
            age(os.path.join(directory, name), 10 * DAY)
    return root


class Fixture:
    """A root and the daemons that serve it, until clean(). `spoil`: through a relay that does so."""

    def __init__(self, path, spoil=None):
        self.batond, self.spoil = path, spoil
        self.top = tempfile.mkdtemp(prefix="baton-clients-")
        os.chmod(self.top, 0o755)
        self.root = make_root(self.top)
        self.daemons, self.to_close, self.rooms = [], [], 0
        self.browser = self.firefox = self.looking = None  # what starts when it is first needed
        self.room = self.top
        self.environment = {"PATH": SEARCH, "HOME": self.top, "LC_ALL": "C", "TMPDIR": self.top}
        self.main = self.start("main")

    def start(self, name, site=None, **more):
        """A daemon of its own name; `site` adds keys to its site, `more` to the section of the server."""
        server = Batond(self.batond, self.top, self.root, name, {
            "server": {"workers": 1, **more},  # one, so that the log is in order
            "site test": site or {},
            "status": {"address": "unix:" + os.path.join(self.top, name + ".status")}})
        server.start()
        self.daemons.append(server)
        return Served(server, self.relay(server.port) if self.spoil else None)

    @property
    def fresh(self):
        """A daemon that looks at each file anew: for trees that change. It starts when it is first needed."""
        if not self.looking:
            self.looking = self.start("fresh", cache_ttl="0s")
        return self.looking

    def through_relay(self, served, listen=0):
        """The same daemon, but what it sends is counted."""
        relay = self.relay(served.server.port, listen)
        counted = Served(served.server, relay)
        counted.mark()
        return counted, relay

    def relay(self, port, listen=0):
        relay = Relay(port, self.spoil, listen)
        self.to_close.append(relay)
        return relay

    def enter(self):
        """A new, empty directory for the next test, in which its commands run."""
        self.rooms += 1
        self.room = os.path.join(self.top, "room%d" % self.rooms)
        os.mkdir(self.room)
        self.environment["HOME"] = self.room
        for served in filter(None, (self.main, self.looking)):
            served.mark()

    def command(self, *arguments, within=20, environment=None, **more):
        """Run it in the room, which is its home; it must end in time."""
        try:
            return subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=within,
                                  cwd=self.room, env=self.environment | (environment or {}), check=False,
                                  **({"stdin": subprocess.DEVNULL} | more))
        except subprocess.TimeoutExpired:
            raise Failed("%s has not ended within %g s" % (arguments[0], within)) from None

    def run(self, *arguments, status=0, within=PATIENCE, **more):
        """command() that must end with this status; what it said, on standard output and then on standard error."""
        done = self.command(*arguments, within=within, **more)
        said = (done.stdout + done.stderr).decode(errors="replace")
        must(done.returncode == status, "%s: exit status %d, expected %d: %s" % (
            arguments[0], done.returncode, status, said[-600:]))
        return said

    def local(self, name):
        return os.path.join(self.room, name)

    def publish(self, content, path, seconds=DAY):
        """Have this file below the root, written so long ago; where it is."""
        whole = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        age(write(content, whole), seconds)
        return whole

    def file(self, name):
        return os.path.join(self.root, "files", name)

    def clean(self):
        """Stop what runs; what was wrong with its end, or None."""
        for one in self.to_close:
            one.close()
        ended = [(server.name, server.stop(within=10), server.sanitizer_report()) for server in self.daemons]
        shutil.rmtree(self.top, ignore_errors=True)
        wrong = ["daemon %s: status %s %s" % one for one in ended if one[1] != 0 or one[2]]
        return wrong[0] if wrong else None


class Served:
    """One daemon as a client sees it, and what its access log says."""

    def __init__(self, server, relay):
        self.server, self.port = server, relay.port if relay else server.port
        self.seen = 0

    def url(self, path):
        return "http://127.0.0.1:%d/%s" % (self.port, path)

    def _lines(self):
        whole = read(self.server.access_log).decode().rpartition("\n")[0].splitlines()
        return [(found[1], found[2], int(found[3]), int(found[4])) for found in map(LINE.match, whole) if found]

    def _answered(self):
        """How many requests the daemon has answered, as it says itself."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(os.path.join(self.server.top, self.server.name + ".status"))
            sock.sendall(b"GET /status.json HTTP/1.1\r\nHost: status\r\nConnection: close\r\n\r\n")
            with sock.makefile("rb") as answer:
                body = answer.read().partition(b"\r\n\r\n")[2]
        return sum(sum(classes.values()) for classes in json.loads(body)["total"]["requests"].values())

    def _settle(self, within=10.0):
        """A thread of its own writes the log: wait until it has a line for each answer."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline and read(self.server.access_log).count(b"\n") < self._answered():
            time.sleep(0.01)

    def mark(self):
        """logged() counts from here."""
        self._settle()
        self.seen = len(self._lines())

    def logged(self, least=1, within=10.0):
        """(method, target, status, bytes) of each answer since the mark; waits until there are so many."""
        deadline = time.monotonic() + within
        while True:
            lines = self._lines()[self.seen:]
            if len(lines) >= least:
                self._settle()
                return self._lines()[self.seen:]
            must(time.monotonic() < deadline, "the log has %d lines, not %d: %r" % (len(lines), least, lines))
            time.sleep(0.02)

    def statuses(self, least=1):
        return [line[2] for line in self.logged(least)]


def heads(data):
    """The answers' heads in a file that a client dumped, strictly read."""
    found = []
    while data:
        head = wire.parse_head(data)
        must(head, "an incomplete head: %r" % data[:200])
        found.append(head)
        data = data[len(head.raw):]
    return found


def answers(data, methods):
    """The answers that came in a row on one connection to requests with these methods, strictly read."""
    found = []
    for method in methods:
        head = wire.parse_head(data)
        must(head, "answer %d of %d: %r" % (len(found) + 1, len(methods), data[:200]))
        wire.check(head)
        end = len(head.raw) + head.body_length(method == "HEAD")
        must(len(data) >= end, "answer %d is cut short" % (len(found) + 1))
        head.body, data = data[len(head.raw):end], data[end:]
        found.append(head)
    must(not data, "%d bytes after the last answer: %r" % (len(data), data[:200]))
    return found
