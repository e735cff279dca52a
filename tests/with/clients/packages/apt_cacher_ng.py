# SPDX-License-Identifier: MIT
"""apt-cacher-ng before the daemon, for an apt that knows it as its proxy."""

import os
import random
import socket
import subprocess
import time

from batontest.expect import must, must_equal
from batontest.files import read, write
from batontest.patience import PATIENCE
from batontest.run import test

from packages.archive import Apt, Archive

CONFIGURATION = """\
CacheDir: %(room)s/cache
LogDir: %(room)s/log
SocketPath: %(room)s/acng.sock
PidFile: %(room)s/acng.pid
SupportDir: /usr/lib/apt-cacher-ng
BindAddress: 127.0.0.1
Port: %(port)d
AllowUserPorts: 0
ForeGround: 1
"""
# It may load a package twice where the next one is asked for early.
PROXY = """\
Acquire::http::Proxy "http://127.0.0.1:%d";
Acquire::http::Pipeline-Depth "0";
"""


def low_port():
    """A free port that a signed number of 16 bits holds: it listens on no other, and connects to no other."""
    while True:
        port = random.randrange(20000, 32768)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Cacher:
    """One running apt-cacher-ng, for a `with` block; its cache is in the room."""

    def __init__(self, fixture):
        self.fixture, self.port, self.process = fixture, low_port(), None
        self.room = fixture.local("acng")
        for name in ("", "cache", "log", "conf"):
            os.makedirs(os.path.join(self.room, name), exist_ok=True)
        write((CONFIGURATION % {"room": self.room, "port": self.port}).encode(), self.room, "conf/acng.conf")

    def __enter__(self):
        with open(os.path.join(self.room, "said"), "ab") as said:
            self.process = subprocess.Popen(["apt-cacher-ng", "-c", os.path.join(self.room, "conf")], stdout=said,
                                            stderr=said, stdin=subprocess.DEVNULL, cwd=self.room, env=self.fixture.environment)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.__exit__()
                    must(False, "it does not listen: %r" % read(self.room, "said"))
                time.sleep(0.02)

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def apt(self, source, name):
        return Apt(self.fixture, source, name, PROXY % self.port)


@test
def lists_are_updated_again_and_again_and_show_what_changed(fixture):
    archive = Archive(fixture, "acng-lists")
    archive.add("small", 1000)
    archive.publish()
    with Cacher(fixture) as cacher:
        served, _ = fixture.through_relay(fixture.fresh, low_port())
        apt = cacher.apt(served.url("acng-lists"), "apt")
        for _ in range(3):
            apt.run("update")
        pool = archive.add("small", 1000, "2")
        archive.publish()
        for _ in range(2):
            apt.run("update")
        apt.download("small")
    must_equal(apt.got(pool), archive.content(pool), "package")
    statuses = [line[2] for line in served.logged() if line[1].endswith("/Release")]
    must(statuses.count(200) <= 2, "Release is loaded again although it is the same: %r" % statuses)


@test
def two_machines_cost_the_server_one_download(fixture):
    archive = Archive(fixture, "acng-once")
    pools = [archive.add("once%d" % number, 200_000) for number in range(3)]
    archive.publish()
    served, _ = fixture.through_relay(fixture.main, low_port())
    with Cacher(fixture) as cacher:
        for name in ("one", "two"):
            apt = cacher.apt(served.url("acng-once"), name)
            apt.run("update")
            apt.download("once0", "once1", "once2")
            for pool in pools:
                must_equal(apt.got(pool), archive.content(pool), pool)
    asked = [line[1:3] for line in served.logged(3) if line[1].endswith(".deb")]
    must_equal(sorted(asked), sorted(("/acng-once/" + pool, 200) for pool in pools), "log")
