# SPDX-License-Identifier: MIT
"""Of tests/life/reload: many reloads and upgrades while wrk asks. RELOADS and UPGRADES (environment) say how many."""

import os
import re
import shutil
import signal
import subprocess

from batontest import process
from batontest.change import Upgraded, reload, upgrade
from batontest.client import LARGE, begin_download, idle_connections, must_answer, read_answer, rest_of
from batontest.daemon import free_port, sanitizer_of
from batontest.expect import Skipped, ends_with, must, wait_until
from batontest.patience import PATIENCE, eventually
from batontest.process import is_gone
from batontest.run import test

RELOADS = int(os.environ.get("RELOADS", "1000"))
UPGRADES = int(os.environ.get("UPGRADES", "20"))
CACHED, CACHED_SIZE = 200, 32 * 1024
ANSWER = 400  # bytes, at most, of the answer that wrk gets


class Load:
    """wrk with 64 keep-alive connections, for as long as the with block lasts. What it says must be without a fault."""

    def __init__(self, port, connections=64):
        if not shutil.which("wrk"):
            raise Skipped("wrk is not installed")
        # Without --timeout it counts an answer that takes 2 s as an error; for each second of it it needs 8 MB.
        self.command = ["wrk", "-t1", "-c%d" % connections, "-d1h", "--timeout", "60s",
                        "http://127.0.0.1:%d/a.txt" % port]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.goes_on()
        return self

    def goes_on(self, count=500):
        """So many more answers come."""
        enough = process.read_bytes(self.process.pid) + count * ANSWER
        must(eventually(lambda: process.read_bytes(self.process.pid) >= enough), "wrk gets no answers any more")

    def __exit__(self, kind, *_):
        if kind is None:
            self.goes_on()
        self.process.send_signal(signal.SIGINT)  # it ends, and says what it saw
        self.said = self.process.communicate(timeout=PATIENCE)[0].decode()

    def check(self):
        served = re.search(r"(\d+) requests in", self.said)
        must(served and int(served[1]) > 0, "wrk says %r" % self.said)
        for fault in ("Socket errors", "Non-2xx"):
            must(fault not in self.said, "wrk says %r" % self.said)


def settled(server):
    """Memory and descriptors when nothing of an older generation is left, and the cache holds what it always does."""
    wait_until(lambda: threads(server.pid) == threads.expected, "a generation does not end")
    with server.connect() as sock:
        for number in range(CACHED):
            sock.sendall(b"GET /%d.bin HTTP/1.1\r\nHost: test\r\n\r\n" % number)
            must(len(read_answer(sock).body) == CACHED_SIZE, "another body")
        return memory_kib(server.pid), len(process.descriptors(server.pid))


def threads(pid):
    return len(os.listdir("/proc/%d/task" % pid))


def memory_kib(pid):
    """What it has for itself: pages of its files that the kernel happens to map are no leak."""
    with open("/proc/%d/status" % pid, encoding="ascii") as status:
        return int(re.search(r"(?m)^RssAnon:\s+(\d+)", status.read())[1])


def must_not_complain(server):
    found = re.search(rb"[^\n]* (error|warning): (?!serving as root)[^\n]*", server.stderr())
    must(not found, "it said %r" % (found and found[0]))


def two_configurations(accept):
    other = "127.0.0.1:%d" % free_port()
    return [{"server": {"workers": 1, "accept": accept[0]}, "log": {"access": "off"}},
            {"server": {"workers": 4, "accept": accept[1]}, "log": {"access": "off"}, "listen other": {"address": other}}]


def reload_under_load(fixture, accept, times):
    both = two_configurations(accept)
    server = fixture.with_large_file().start(both[0])
    threads.expected = threads(server.pid)
    idle = idle_connections(server, 32)
    download, have = begin_download(server)
    with Load(server.port) as load:
        for number in range(1, times + 1):
            reload(server, both[number % 2])
            if number == 10:
                first = memory_kib(server.pid), len(process.descriptors(server.pid))
        must_answer(idle)
    load.check()
    must(rest_of(download, have) == LARGE, "the download was cut short")
    must_answer(idle)
    return server, first


@test
def a_thousand_reloads_lose_no_connection(fixture):
    server, _ = reload_under_load(fixture, ("handoff", "handoff"), RELOADS if not sanitizer_of(fixture.batond) else 60)
    must_not_complain(server)


@test
def reloads_between_the_ways_to_accept_lose_no_connection(fixture):
    reload_under_load(fixture, ("handoff", "reuseport"), 40)


@test
def reloads_of_workers_that_accept_lose_no_connection(fixture):
    reload_under_load(fixture, ("reuseport", "reuseport"), 40)


@test
def a_thousand_reloads_give_back_what_they_took(fixture):
    if sanitizer_of(fixture.batond):
        return  # what a sanitizer keeps says nothing
    both = two_configurations(("handoff", "handoff"))
    for number in range(CACHED):
        with open(os.path.join(fixture.root, "%d.bin" % number), "wb") as file:
            file.write(bytes(CACHED_SIZE))
    server = fixture.start(both[0])
    threads.expected = threads(server.pid)
    idle = idle_connections(server, 64)

    def after(times):
        for number in range(times):
            reload(server, both[(number + 1) % 2])
        return settled(server)
    memory, descriptors = after(10)
    # How many generations there are at once, and so the most that it needs, the machine decides; what leaks grows on.
    for _ in range(3):
        later, descriptors_later = after(RELOADS)
        must(descriptors_later == descriptors, "%d descriptors, then %d" % (descriptors, descriptors_later))
        if later <= memory * 1.01:
            break
        memory, before = later, memory
    else:
        must(False, "%d KiB, and %d KiB after %d reloads" % (before, later, RELOADS))
    must_answer(idle)


@test
def twenty_upgrades_lose_no_connection(fixture):
    with Upgraded(fixture.with_large_file(), {"log": {"access": "off"}}) as server:
        idle = idle_connections(server, 32)
        download, have = begin_download(server)
        unix = server.connect("unix")
        with Load(server.port) as load:
            for _ in range(UPGRADES):
                old = server.now
                upgrade(server)
                if old != server.pid:  # the first has the download
                    wait_until(lambda: is_gone(old), "%d does not end" % old)
                must_answer(idle[:4] + [unix])
            must_answer(idle)
        load.check()
        must(rest_of(download, have) == LARGE, "the download was cut short")
        ends_with(server, 0)
        must_answer(idle)
        with server.connect("unix") as sock:
            must_answer([sock])
        must_not_complain(server)
    must(not os.path.exists(server.unix_path), "the name of the unix socket was left behind")
