# SPDX-License-Identifier: MIT
"""Reloads and upgrades of a running daemon, and its service manager, played by the test."""

import os
import re
import signal
import socket
import subprocess
import time

from house import GET, must, read_answer
from patience import PATIENCE, eventually


def wait_until(holds, detail):
    must(eventually(holds, pause=0.005), detail() if callable(detail) else detail)


def said(server, text):
    return server.stderr().count(text)


def rewrite(server, changes):
    """Another configuration in the place of the old one, as an editor would put it there."""
    server.changes = changes
    path = os.path.join(server.top, server.name + ".ini")
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(server._configuration())
    os.rename(path + ".new", path)


def reload(server, changes=None, outcome=b"notice: reloaded"):
    before = said(server, outcome)
    if changes is not None:
        rewrite(server, changes)
    os.kill(getattr(server, "now", server.pid), signal.SIGHUP)
    wait_until(lambda: said(server, outcome) > before, "not '%s'" % outcome.decode())


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


def upgrade(server):
    """The pid of the new process, once the old one has told."""
    outcome = rb"upgrade: process (\d+) serves now"
    before = len(re.findall(outcome, server.stderr()))
    os.kill(server.now, signal.SIGUSR2)
    wait_until(lambda: len(re.findall(outcome, server.stderr())) > before,
               lambda: "no upgrade: %r" % server.stderr()[-2000:])
    server.now = int(re.findall(outcome, server.stderr())[-1])
    return server.now


def is_gone(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


class Upgraded:
    """A daemon of which the process changes. What runs at the end is ended, by the pid that it told."""

    def __init__(self, house, changes=None, **how):
        self.server = house.start(changes, **how)
        self.server.now = self.server.pid

    def __enter__(self):
        return self.server

    def __exit__(self, *unused):
        server = self.server
        if server.now != server.pid and not is_gone(server.now):
            os.kill(server.now, signal.SIGTERM)
            wait_until(lambda: is_gone(server.now), "the last process does not end")


class Manager:
    """Stands in for the service manager: hears what the daemon says, and passes it sockets."""

    def __init__(self, house):
        self.path = os.path.join(house.top, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        os.chmod(self.path, 0o666)  # as the service manager's: whoever the daemon becomes may tell it
        self.socket.settimeout(PATIENCE)
        self.stored = []

    def hear(self):
        text, fds, _, _ = socket.recv_fds(self.socket, 4096, 1)
        self.stored += fds
        return text.decode()

    def heard_within(self, seconds):
        """All that is said in this time."""
        messages, deadline = [], time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                messages.append(self.hear())
            except socket.timeout:
                break
        self.socket.settimeout(PATIENCE)
        return messages

    def expect(self, pattern, within=PATIENCE):
        deadline = time.monotonic() + within
        heard = []
        while time.monotonic() < deadline:
            heard.append(self.hear())
            if re.search(pattern, heard[-1]):
                return heard[-1]
        raise AssertionError("no %r among %r" % (pattern, heard))

    def start(self, house, ini, fds=(), names=(), extra=None):
        """The daemon, as sd_listen_fds(3) and sd_notify(3) have it: descriptors from 3 up, and who they are for."""
        environment = dict(os.environ, NOTIFY_SOCKET=self.path, **(extra or {}))
        if fds:
            environment.update(LISTEN_FDS=str(len(fds)), LISTEN_FDNAMES=":".join(names))
        script = 'LISTEN_PID=$$ exec "$@"' + "".join(" %d<&%d" % (3 + i, fd) for i, fd in enumerate(fds))
        self.log = os.path.join(house.top, "managed.stderr")
        with open(self.log, "ab") as log:
            return subprocess.Popen(["sh", "-c", script, "sh", house.batond, "-c", ini], env=environment, stderr=log,
                                    stdin=subprocess.DEVNULL, pass_fds=fds, cwd=house.top)


def ended(daemon, within=PATIENCE):
    """Its status; it is killed where it has none."""
    try:
        return daemon.wait(within)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()
        return None
