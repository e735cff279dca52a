# SPDX-License-Identifier: MIT
"""The booted machine as the checks see it: its service manager, its journal, and clients of its server."""

import contextlib
import ctypes
import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time

UNIT = "batond.service"
PATIENCE = 120  # seconds, for what takes milliseconds on a machine that is not busy
TRIES = (1, 4, 16)  # seconds: where the time itself is short, the next one is tried if we, or systemd, were too slow


def run(*command, status=0):
    """What the command prints, on both outputs. status: how it must end; None = any way."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          text=True, timeout=2 * PATIENCE)
    if status is not None and done.returncode != status:
        raise AssertionError("%s ended with %d: %s" % (" ".join(command), done.returncode, done.stdout.strip()))
    return done.stdout


def show(name, unit=UNIT):
    return run("systemctl", "show", "--property=" + name, "--value", unit).strip()


def main_pid():
    """Not 0: to signal that would be to signal ourselves."""
    pid = int(show("MainPID"))
    assert pid > 0, "it does not run"
    return pid


def is_down():
    return show("MainPID") == "0"


def is_replaced(pid):
    """Another process is the main one."""
    return show("MainPID") not in ("0", str(pid))


def wait_for(what, true):
    """Until true() is, which is then returned."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = true()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("not within %d s: %s" % (PATIENCE, what))


def cursor():
    """Now, as an argument for journal()."""
    text = run("journalctl", "--lines=0", "--show-cursor")
    return "--after-cursor=" + text.split("-- cursor: ", 1)[1].strip()


def journal(*which):
    """What the service said, and was said about it: [(priority, message)]"""
    text = run("journalctl", "--unit", UNIT, "--output=json", *which)
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [(int(line["PRIORITY"]), line["MESSAGE"]) for line in lines]


class Connection(http.client.HTTPConnection):
    """One connection, which is not opened anew when the server closes it."""

    auto_open = 0

    def __init__(self, port=8080):
        super().__init__("127.0.0.1", port, timeout=PATIENCE)
        self.connect()

    def get(self, path="/"):
        """(status, body)"""
        self.request("GET", path)
        answer = self.getresponse()
        return answer.status, answer.read()


def get(path="/", port=8080):
    connection = Connection(port)
    with contextlib.closing(connection):
        return connection.get(path)


class Clients:
    """Some that connect, ask and leave, over and over, while the body of the with statement runs."""

    def __init__(self, port, n=4):
        self.port, self.faults, self.served, self.end = port, [], 0, threading.Event()
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(n)]

    def run(self):
        while not self.end.is_set():
            try:
                status, _ = get("/", self.port)
                if status != 200:
                    self.faults.append("status %d" % status)
                self.served += 1
            except (OSError, http.client.HTTPException) as error:
                self.faults.append(repr(error))

    def served_some(self, n=50):
        """Since the last time."""
        if self.served < n:
            return False
        self.served = 0
        return True

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.end.set()
        for thread in self.threads:
            thread.join(PATIENCE)


class Download(threading.Thread):
    """A client that takes a file slowly; .fault is None, or why it did not get all of it."""

    def __init__(self, path, body, rate):
        super().__init__(daemon=True)
        self.want, self.rate, self.fault = body, rate, "not yet over"
        self.started = threading.Event()
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", 8080))
        self.socket.sendall(b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" % path.encode())
        self.start()
        if not self.started.wait(PATIENCE):
            raise AssertionError("the download does not begin")

    def run(self):
        got = bytearray()
        try:
            while piece := self.socket.recv(65536):
                got += piece
                self.started.set()
                time.sleep(len(piece) / self.rate)
            body = bytes(got).partition(b"\r\n\r\n")[2]
            whole = hashlib.sha256(body).digest() == hashlib.sha256(self.want).digest()
            self.fault = None if whole else "%d of %d bytes came" % (len(body), len(self.want))
        except OSError as error:
            self.fault = "%s after %d bytes" % (error, len(got))
        self.socket.close()

    def finish(self):
        self.join(PATIENCE)
        assert self.fault is None, self.fault


def threads_of(pid):
    """{thread: name}, without the first."""
    found = {}
    for thread in os.listdir("/proc/%d/task" % pid):
        if int(thread) != pid:
            with open("/proc/%d/task/%s/comm" % (pid, thread), encoding="ascii") as name:
                found[int(thread)] = name.read().strip()
    return found


def hold(thread):
    """Stop one thread, as signals cannot, until it ends: as its tracer. Its end waits for us to look at it, too."""
    seize, interrupt, wall = 0x4206, 0x4207, 0x40000000
    ptrace = ctypes.CDLL(None, use_errno=True).ptrace
    for call in seize, interrupt:
        if ptrace(call, thread, None, None) < 0:
            raise OSError(ctypes.get_errno(), "ptrace")
    os.waitpid(thread, wall)
    print("held", flush=True)
    os.waitpid(thread, wall)


@contextlib.contextmanager
def held(thread):
    """A process of its own, since only the thread that traces may wait."""
    tracer = subprocess.Popen([sys.executable, __file__, str(thread)], stdout=subprocess.PIPE, text=True)
    try:
        assert tracer.stdout.readline() == "held\n", "thread %d cannot be held" % thread
        yield
    finally:
        tracer.kill()
        tracer.communicate()


if __name__ == "__main__":
    hold(int(sys.argv[1]))
