# SPDX-License-Identifier: MIT
"""Of tests/life/stop_deadline: the table, and a daemon in each of its states of life."""

import concurrent.futures
import itertools
import os
import signal
import socket
import time

from batontest.change import upgrade
from batontest.client import idle_connections
from batontest.expect import must, wait_until
from batontest.faults import Faults
from batontest.fixture import Fixture
from batontest.process import is_gone, threads_named
from batontest.run import test

DELAY, TIMEOUT, GRACE, SLACK = 0.6, 0.9, 1.0, 6.0
HANG = 120000  # ms: longer than any test


def seconds(number):
    return "%dms" % round(number * 1000)


class Case:
    """A daemon in some state, and what its stop may take from the moment at which it is asked."""

    def __init__(self, batond, accept, hangs, hastens=True):
        self.fixture = Fixture(batond).with_large_file()
        self.faults = Faults(batond, self.fixture.top)
        self.accept, self.hangs, self.hastens = accept, hangs, hastens
        self.open = []
        self.may_take = TIMEOUT

    def start(self, **server):
        keys = {"workers": 2, "accept": self.accept, "drain_timeout": seconds(TIMEOUT), **server}
        changes = {"server": keys, "log": {"access": "off"}}
        self.server = self.fixture.start(changes, environment=self.faults.environment)
        self.server.now = self.server.pid
        if self.hangs:
            self.hang_a_worker()
        self.open += idle_connections(self.server, 4) if not self.hangs else []
        return self.server

    def hang_a_worker(self):
        with open(os.path.join(self.fixture.root, "stuck.txt"), "wb") as file:
            file.write(b"never read")
        self.faults.set("pread delay %d stuck.txt" % HANG)
        sock = self.server.connect()
        sock.sendall(b"GET /stuck.txt HTTP/1.1\r\nHost: test\r\n\r\n")
        self.open.append(sock)
        wait_until(lambda: sleeps_long(self.server.pid), "no worker hangs")

    def download(self):
        """One that nobody reads; a worker that hangs cannot give one, so it is tried until another does."""
        for _ in range(50):
            sock = self.server.connect()
            self.open.append(sock)
            sock.sendall(b"GET /large.bin HTTP/1.1\r\nHost: test\r\n\r\n")
            sock.settimeout(0.3 if self.hangs else 20)
            try:
                must(sock.recv(4096), "no answer")
                return
            except socket.timeout:
                pass
        must(False, "no worker answers")

    def clean(self):
        for sock in self.open:
            sock.close()
        pid = getattr(self, "server", None) and self.server.now
        if pid and pid != self.server.pid and not is_gone(pid):
            os.kill(pid, signal.SIGKILL)
        return self.fixture.clean()


def sleeps_long(pid):
    """A thread is in clock_nanosleep, where tests/lib/fault.c has it hang."""
    for task in os.listdir("/proc/%d/task" % pid):
        try:
            with open("/proc/%d/task/%s/wchan" % (pid, task), encoding="ascii") as file:
                if "nanosleep" in file.read():
                    return True
            with open("/proc/%d/task/%s/syscall" % (pid, task), encoding="ascii") as file:
                if file.read().split()[0] in ("230", "115"):  # clock_nanosleep, on x86_64 and aarch64
                    return True
        except OSError:
            pass
    return False


def serving(case):
    case.start()


def sending(case):
    case.start()
    case.download()


def announcing(case):
    """Within drain_delay: asked once already."""
    server = case.start(drain_delay=seconds(DELAY + (60 if case.hastens else 0)))
    server.signal(signal.SIGTERM)
    wait_until(lambda: b"notice: stopping" in server.stderr(), "it does not begin to stop")
    case.may_take = 0 if case.hastens else DELAY + TIMEOUT


def draining(case):
    """Within drain_timeout: asked once already."""
    server = case.start(**{"drain_timeout": "60s"} if case.hastens else {})
    case.download()
    server.signal(signal.SIGTERM)
    wait_until(lambda: b"notice: stopping" in server.stderr(), "it does not begin to stop")
    case.may_take = 0 if case.hastens else TIMEOUT


def delayed(case):
    """A stop that will announce itself first."""
    case.start(drain_delay=seconds(DELAY))
    case.download()
    case.may_take = DELAY + TIMEOUT


def without_a_drain(case):
    case.start(drain_timeout="0s")
    case.download()
    case.may_take = 0


def retired(case):
    """A generation before this one still sends."""
    server = case.start()
    case.download()
    server.signal(signal.SIGHUP)
    wait_until(lambda: b"notice: reloaded" in server.stderr(), "not reloaded")


def reloading(case):
    """Another generation is being opened, on a disk that hangs."""
    server = case.start()
    slow = ["%s delay %d %s" % (call, HANG, case.fixture.root) for call in ("open", "statx")]
    case.faults.set(*slow, *(["pread delay %d stuck.txt" % HANG] if case.hangs else []))
    server.signal(signal.SIGHUP)
    wait_until(lambda: threads_named(server.pid, "errand"), "nothing is opened")


def handing_over(case):
    """A successor has been started, and does not serve yet."""
    server = case.start()
    rules = ["execv delay %d" % HANG] + (["pread delay %d stuck.txt" % HANG] if case.hangs else [])
    case.faults.set(*rules)
    server.signal(signal.SIGUSR2)
    wait_until(lambda: b"upgrade: started" in server.stderr(), "no upgrade")


def succeeded(case):
    """Another process serves; this one still sends."""
    server = case.start()
    case.download()
    upgrade(server)


STATES = [serving, sending, delayed, announcing, draining, without_a_drain, retired, reloading, handing_over, succeeded]
SIGNALS = {
    "TERM": ((signal.SIGTERM,), False), "INT": ((signal.SIGINT,), False), "QUIT": ((signal.SIGQUIT,), False),
    "XCPU": ((signal.SIGXCPU,), False), "TERM+INT": ((signal.SIGTERM, signal.SIGINT), True),
    "HUP+TERM+HUP": ((signal.SIGHUP, signal.SIGTERM, signal.SIGHUP), False),
    "USR1+TERM+USR1": ((signal.SIGUSR1, signal.SIGTERM, signal.SIGUSR1), False),
    "USR2+TERM+USR2": ((signal.SIGUSR2, signal.SIGTERM, signal.SIGUSR2), False),
}


def run_case(batond, state, name, accept, hangs):
    """(seconds beyond what the configuration allows, None or what is wrong)"""
    signals, second = SIGNALS[name]
    case = Case(batond, accept, hangs, hastens=name != "XCPU")  # which the kernel repeats
    try:
        outcome = stop(case, state, signals, second)
    except Exception as error:  # whatever goes wrong, the others shall run
        outcome = 0, "%s: %s" % (type(error).__name__, error)
    finally:
        report = case.clean()
    return (0, report) if report else outcome  # a sanitizer's report is what matters most


def stop(case, state, signals, second):
    """The same, where nothing else goes wrong. A second signal allows no time at all."""
    state(case)
    server = case.server
    began = time.monotonic()
    for number in signals:
        server.signal(number)
    allowed = 0 if second else case.may_take
    status = server.wait(allowed + GRACE + SLACK)
    beyond = time.monotonic() - began - allowed
    if status is None:
        return beyond, "still there"
    # One that is told to upgrade first may be succeeded: then it has ended, too.
    return beyond, None if status == 0 else "status %s: %r" % (status, server.stderr()[-600:])


def run_table(fixture, states):
    rows = list(itertools.product(states, SIGNALS, ("handoff", "reuseport"), (False, True)))
    faults, slowest = [], {}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for row, (beyond, fault) in zip(rows, pool.map(lambda row: run_case(fixture.batond, *row), rows)):
            text = "%s %s %s%s" % (row[0].__name__, row[1], row[2], " with a worker that hangs" if row[3] else "")
            slowest[row[3]] = max(slowest.get(row[3], (0, "")), (beyond, text))
            if fault:
                faults.append("%s: %s" % (text, fault))
    for hangs, (beyond, text) in sorted(slowest.items()):
        print("%d cases, %s: %.2f s beyond delay and timeout at most (%s)" % (
            len(rows) // 2, "with a worker that hangs" if hangs else "with workers that turn", beyond, text))
    must(not faults, "%d of %d: %s" % (len(faults), len(rows), "; ".join(faults[:4])))


@test
def every_stop_ends_by_its_deadline(fixture):
    run_table(fixture, STATES)
