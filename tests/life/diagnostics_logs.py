# SPDX-License-Identifier: MIT
"""Of tests/life/diagnostics: what the error log, the service manager and the status say, also where nobody reads."""

import errno
import os
import pwd
import re
import signal
import socket
import time

from batontest.change import said
from batontest.client import idle_connections, must_answer, read_answer
from batontest.daemon import ended, free_port, sanitizer_of
from batontest.expect import must, needs_root, wait_until
from batontest.faults import Faults
from batontest.files import read
from batontest.manager import Manager
from batontest.run import test


@test
def the_log_names_what_is_refused_and_is_not_filled_by_who_asks(fixture):
    needs_root()
    os.chown(fixture.top, pwd.getpwnam("nobody").pw_uid, -1)
    for number in range(100):
        path = os.path.join(fixture.root, "private-%d" % number)
        os.mkdir(path)
        with open(os.path.join(path, "a.txt"), "w", encoding="ascii") as file:
            file.write("for nobody\n")
        os.chmod(path, 0o700)
    os.symlink("/etc/passwd", os.path.join(fixture.root, "out"))
    faults = Faults(fixture.batond, fixture.top)
    os.chmod(faults.path, 0o644)
    for accept in ("handoff", "reuseport"):
        server = fixture.start({"server": {"user": "nobody", "accept": accept, "workers": 2}, "log": {"access": "off"}},
                               name=accept, environment=faults.environment)
        began = time.monotonic()
        with server.connect() as sock, faults.during("open fail %d failing" % errno.EIO):
            for path, status in [("private-%d/a.txt" % number, 403) for number in range(100)] + [
                    ("out", 404), ("failing", 500), ("missing", 404)]:
                sock.sendall(b"GET /%s HTTP/1.1\r\nHost: test\r\n\r\n" % path.encode())
                must(read_answer(sock).status == status, "%s has another status" % path)
        told = server.stderr().decode()
        root = re.escape(fixture.root)
        for line in (r"warning: %s/private-0/a\.txt is answered with 403: permission denied; the user nobody may not enter "
                     r"%s/private-0 \(mode 0700, owner 0:0\)$" % (root, root),
                     r"warning: %s/out is answered with 404: the path leads outside" % root,
                     r"error: %s/failing is answered with 500: .*: Input/output error$" % root):
            must(re.search("(?m)" + line, told), "no %s in %s" % (line, told[-3000:]))
        most = 10 * (1 + (time.monotonic() - began) // 30)
        must(told.count("answered with 403") <= most, "%d lines" % told.count("answered with 403"))
        must("missing" not in told, "a file that is not there is told of")


@test
def what_the_log_left_out_is_told_though_nobody_asks_again(fixture):
    faults = Faults(fixture.batond, fixture.top)
    server = fixture.start({"log": {"access": "off"}}, environment=faults.environment)
    is_slow = sanitizer_of(fixture.batond)  # then 30 s of waiting are left out
    for end in ("at its end",) if is_slow else ("later", "at its end"):
        with server.connect() as sock, faults.during("open fail %d failing" % errno.EIO):
            for number in range(100):
                sock.sendall(b"GET /failing-%d HTTP/1.1\r\nHost: test\r\n\r\n" % number)
                must(read_answer(sock).status == 500, "another status")
        if end == "later":  # 30 s, and those until the daemon looks
            wait_until(lambda: said(server, b"left out"), "it is not told")
        else:
            server.signal(signal.SIGTERM)
            must(server.wait(8) == 0, "it does not end")
        told = re.findall(rb"(?m)error: (\d+) more like this were left out: (.*/failing-\d+) is answered", server.stderr())
        must([int(n) for n, _ in told] == [90] * (1 if end == "later" or is_slow else 2), "%s: %r" % (end, told))


@test
def the_service_manager_and_the_status_are_told_the_first_error_with_its_place(fixture):
    port = free_port()
    text = "[listen main]\naddress = unix:%s/own.sock\n[status]\naddress = 127.0.0.1:%d\n[site test]\nroot = %s\n"
    ini = fixture.ini(text % (fixture.top, port, fixture.root))
    manager = Manager(fixture)
    daemon = manager.start(fixture, ini)
    try:
        manager.expect(r"^READY=1$")
        fixture.ini(text % (fixture.top, port, "/no/such/root"))
        daemon.send_signal(signal.SIGHUP)
        place = r"given\.ini:6:8: error: cannot open the root /no/such/root: there is no such directory"
        manager.expect(r"^STATUS=Serving: \d+ workers.*refused: \S*" + place)
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.sendall(b"GET /status.json HTTP/1.1\r\nHost: test\r\n\r\n")
            body = read_answer(sock).body.decode()
            must(re.search(r'"last_ok":false,"reason":"\S*' + place + '"', body), body[:600])
        fixture.ini(text % (fixture.top, port, fixture.root))
        daemon.send_signal(signal.SIGHUP)
        manager.expect(r"^STATUS=Reloaded: \d+ workers, \d+ connections$")
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.sendall(b"GET /status.json HTTP/1.1\r\nHost: test\r\n\r\n")
            body = read_answer(sock).body.decode()
            must('"last_ok":true,"reason":null' in body, body[:600])
        daemon.terminate()
        must(ended(daemon) == 0, "another status")
    finally:
        ended(daemon, 1)


def fill(path):
    """Not even one message of a new sender fits any more."""
    senders, full = [], False
    while not full:
        senders.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        senders[-1].setblocking(False)
        full = True
        try:
            while True:
                senders[-1].sendto(b"x", path)
                full = False
        except BlockingIOError:
            pass
    for sender in senders:
        sender.close()


@test
def a_service_manager_that_does_not_read_holds_nothing_up_and_is_told_later(fixture):
    port = free_port()
    ini = fixture.ini("[listen main]\naddress = 127.0.0.1:%d\n[site test]\nroot = %s\n" % (port, fixture.root))
    manager = Manager(fixture)
    fill(manager.path)
    daemon = manager.start(fixture, ini, extra={"WATCHDOG_USEC": "100000"})

    def says(text):
        with open(manager.log, encoding="utf-8") as log:
            return text in log.read()
    try:
        wait_until(lambda: says("serving "), "it does not start")
        daemon.send_signal(signal.SIGHUP)
        wait_until(lambda: says("notice: reloaded"), "it does not reload")
        with socket.create_connection(("127.0.0.1", port)) as sock:
            must_answer([sock])
        must(says("the service manager does not read"), "it does not say that nobody reads")
        for expected in ("READY=1", "RELOADING=1", "READY=1", "FDSTORE=1"):
            manager.expect(r"^%s\b" % expected)
        fill(manager.path)
        daemon.terminate()
        must(ended(daemon) == 0, "another status")
    finally:
        ended(daemon, 1)


def hang_the_error_log(fixture, accept):
    """A daemon whose error log does not take a line for longer than a test lasts."""
    faults = Faults(fixture.batond, fixture.top)
    log = os.path.join(fixture.top, accept + ".error")
    server = fixture.start({"server": {"accept": accept, "workers": 2, "drain_timeout": "1s"}, "log": {"error": log}},
                           name=accept, environment=faults.environment)
    wait_until(lambda: b"serving" in read(log), "the error log is empty")
    faults.set("write delay 20000 %s.error" % accept, "open fail %d failing" % errno.EIO)
    return server


@test
def an_error_log_on_a_disk_that_hangs_holds_nobody_up(fixture):
    for accept in ("handoff", "reuseport"):
        server = hang_the_error_log(fixture, accept)
        began = time.monotonic()
        for number in range(20):  # the first of which are told of
            with server.connect() as sock:
                sock.sendall(b"GET /failing-%d HTTP/1.1\r\nHost: test\r\n\r\n" % number)
                must(read_answer(sock).status == 500, "%s: another status" % accept)
        server.signal(signal.SIGUSR1)
        done = fixture.command("--reload", str(server.pid))
        must(done.returncode == 0, "%s: not reloaded: %r" % (accept, done.stderr))
        must_answer(idle_connections(server, 4))
        must(time.monotonic() - began < 15, "%s: it was waited for" % accept)
        server.signal(signal.SIGTERM)
        must(server.wait(8) == 0, "%s: it does not end" % accept)


@test
def the_last_line_of_an_error_log_is_written_before_the_end(fixture):
    faults = Faults(fixture.batond, fixture.top)
    log = os.path.join(fixture.top, "error")
    server = fixture.start({"log": {"error": log, "access": "off"}}, environment=faults.environment)
    with faults.during("write delay 100 " + log):
        server.signal(signal.SIGTERM)
        must(server.wait(8) == 0, "it does not end")
    must(read(log).endswith(b"notice: stopping; a second signal stops at once\n"), "%r" % read(log)[-300:])
