# SPDX-License-Identifier: MIT
"""Of tests/life/diagnostics: what is told to those who ask for a reload, and where memory is short."""

import errno
import os
import re
import signal
import subprocess

from batontest.change import reload, rewrite, said
from batontest.client import GET, idle_connections, must_answer, read_answer
from batontest.daemon import free_port, sanitizer_of
from batontest.expect import must, wait_until
from batontest.faults import Faults
from batontest.process import threads_named
from batontest.run import test

from diagnostics_places import Places


def ask(fixture, server):
    return subprocess.run([fixture.batond, "--reload", str(server.pid)], stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, timeout=60, check=False)


@test
def who_asks_for_a_reload_is_told_what_came_of_it(fixture):
    places = Places(fixture)
    server = fixture.start()
    idle = idle_connections(server, 4)
    for changes, key, saying, as_user in places.wrongs():
        if as_user or key in ("user", "group"):
            continue
        rewrite(server, changes)
        done = ask(fixture, server)
        told = done.stderr.decode()
        must(done.returncode == 1, "%s: status %d: %s" % (changes, done.returncode, told))
        must(re.match(r"batond: the reload was refused: \S*daemon\.ini:\d+:\d+: error: [^\n]*%s" % re.escape(saying), told)
             and told.count("\n") == 1, "%s: %r" % (changes, told))
        must_answer(idle)
    rewrite(server, {"server": {"workers": 2}})
    done = ask(fixture, server)
    must(done.returncode == 0 and not done.stderr, "status %d: %r" % (done.returncode, done.stderr))
    must(b"notice: reloaded" in server.stderr(), "it says that it was reloaded, and was not")
    must_answer(idle)


def refused_without_memory(fixture, server, faults, kind):
    """Of the calls that allocate in a reload each fails in turn, alone or with all behind it, until the one that would is
    well behind its end; what is refused says why."""
    refused, in_a_row, number = 0, 0, 0
    while in_a_row < 10:
        faults.set("malloc skip %d" % number, "malloc %s %d" % (kind, errno.ENOMEM))
        logged = said(server, b"the configuration was not reloaded")
        done = ask(fixture, server)
        faults.set()
        told = done.stderr.decode()
        number += 1
        in_a_row += 1
        if done.returncode == 0:
            continue
        refused += 1
        in_a_row = 0
        why = re.fullmatch("batond: the reload was refused: (.*(memory|Resource temporarily unavailable).*)\n", told)
        must(why, "%s, call %d: %r" % (kind, number, told))
        must(said(server, b"the configuration was not reloaded") == logged + 1, "%s: the log does not say so" % why[1])
        must(said(server, why[1].encode()), "%s: the log does not say why" % why[1])
    return refused


@test
def a_reload_that_is_refused_for_want_of_memory_says_so(fixture):
    if sanitizer_of(fixture.batond):
        return  # it has an allocator of its own
    faults = Faults(fixture.batond, fixture.top)
    server = fixture.start({"server": {"workers": 2}, "status": {"address": "127.0.0.1:%d" % free_port()}},
                           environment=faults.environment)
    for kind in ("once", "fail"):
        must(refused_without_memory(fixture, server, faults, kind) > 50, "hardly any reload was refused")
    must_answer([server.connect()])
    reload(server)


def start_without_memory(fixture, faults, ini, number):
    """Whether it serves, where the call that allocates with this number fails and all behind it; and what it says."""
    faults.set("malloc skip %d" % number, "malloc fail %d" % errno.ENOMEM)
    log = os.path.join(fixture.top, "starts")
    with open(log, "wb") as out:
        daemon = subprocess.Popen([fixture.batond, "-c", ini], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                  env=dict(os.environ, **faults.environment))

    def says():
        with open(log, encoding="utf-8") as file:
            return file.read()
    try:
        wait_until(lambda: daemon.poll() is not None or "notice: serving" in says(), "it neither serves nor ends")
        serves = daemon.poll() is None
        must(serves or daemon.returncode == 1, "call %d: status %s: %s" % (number, daemon.returncode, says()))
    finally:
        faults.set()
        daemon.terminate()
        daemon.wait()
    return serves, says()


@test
def a_start_that_fails_for_want_of_memory_says_so(fixture):
    if sanitizer_of(fixture.batond):
        return  # it has an allocator of its own
    faults = Faults(fixture.batond, fixture.top)
    ini = fixture.ini("[listen main]\naddress = unix:%s/own.sock\n[site test]\nroot = %s\n" % (
        fixture.top, fixture.root))
    number, serves = 0, False
    while not serves:
        serves, told = start_without_memory(fixture, faults, ini, number)
        must(serves or re.search("error: .*(memory|Resource temporarily unavailable)", told), "%d: %r" % (number, told))
        number += 1
    must(number > 50, "hardly any start has failed")


@test
def many_ask_at_once_and_all_are_told(fixture):
    server = fixture.start()
    for changes, status in (({"server": {"workers": 2}}, 0), ({"server": {"wrokers": 2}}, 1)):
        rewrite(server, changes)
        askers = [subprocess.Popen([fixture.batond, "--reload", str(server.pid)], stderr=subprocess.DEVNULL)
                  for _ in range(40)]
        for asker in askers:
            server.signal(signal.SIGHUP)  # and others who want no answer
        got = [asker.wait(60) for asker in askers]
        must(got == [status] * len(askers), "%s instead of %d" % (got, status))


@test
def who_asks_nobody_or_one_that_ends_is_told_too(fixture):
    must(fixture.command("--reload", "0").returncode == 64, "0 is taken for a process")
    must(fixture.command("--reload", "x").returncode == 64, "x is taken for a process")
    gone = subprocess.Popen(["true"])
    gone.wait()
    must(fixture.command("--reload", str(gone.pid)).returncode == 1, "a process that is gone is no error")
    with subprocess.Popen(["sleep", "60"]) as other:
        done = fixture.command("--reload", str(other.pid))
        must(done.returncode == 1 and b"is no batond" in done.stderr, "status %d: %r" % (done.returncode, done.stderr))
        must(other.poll() is None, "--reload ended a process that is no batond")
        other.kill()
    faults = Faults(fixture.batond, fixture.top)
    server = fixture.start(environment=faults.environment)
    idle_connections(server, 1)
    faults.set("open delay 120000 %s" % fixture.root)
    asker = subprocess.Popen([fixture.batond, "--reload", str(server.pid)], stderr=subprocess.PIPE)
    try:
        wait_until(lambda: threads_named(server.pid, "errand"), "no reload has begun")
        server.signal(signal.SIGTERM)
        must(asker.wait(20) == 1, "status %s" % asker.returncode)
    finally:
        if asker.poll() is None:
            asker.kill()
            asker.wait()
        asker.stderr.close()


@test
def a_reload_without_an_answer_is_still_a_reload(fixture):
    server = fixture.start()
    reload(server, {"server": {"workers": 2}})
    with server.connect() as sock:
        sock.sendall(GET)
        must(read_answer(sock).status == 200, "no answer")
