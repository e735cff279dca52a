# SPDX-License-Identifier: MIT
"""A daemon with a log, those who make lines of it, and the tools that read them."""

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import threading
import time

from batontest.client import GET, connect_when_ready, read_answer
from batontest.daemon import free_port
from batontest.expect import ends_with, must, needs
from batontest.patience import PATIENCE, eventually

SEARCH = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"


def tool(name):
    return shutil.which(name, path=SEARCH)


def needs_tools(*names):
    for name in names:
        needs(tool(name), name)


def lines_of(path):
    with open(path, "rb") as file:
        data = file.read()
    must(not data or data.endswith(b"\n"), "%s ends in the middle of a line" % path)
    return data.splitlines()


def wrk(server, seconds, connections=32):
    """Starts it; requests_of says how many answers it had."""
    return subprocess.Popen(
        [tool("wrk"), "-t1", "-c%d" % connections, "-d%ds" % seconds, "--timeout", "%ds" % PATIENCE,
         "http://127.0.0.1:%d/a.txt" % server.port],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)


def requests_of(client):
    said, _ = client.communicate(timeout=PATIENCE)
    found = re.search(r"(\d+) requests in", said)
    must(found and "Socket errors" not in said and "Non-2xx" not in said, said)
    return int(found.group(1))


def until(holds, what):
    """What `holds` returns, once that is true."""
    result = eventually(holds, pause=0.02)
    must(result, "not in %d s: %s" % (PATIENCE, what))
    return result


LONG = (b"GET /a.txt?" + b"q" * 2000 + b" HTTP/1.1\r\nHost: t\r\nReferer: " + b"r" * 700 + b"\r\nUser-Agent: " +
        b"u" * 700 + b"\r\n\r\n")  # of which a line is 3.5 KB


class Asker(threading.Thread):
    """A client that sends some requests at once, reads their answers, and begins again, until it is told to stop. Where
    it is slow and its connection ends before an answer has come, it makes another, as clients do."""

    def __init__(self, port, request=LONG, at_once=20, pause=0):
        super().__init__(daemon=True)
        self.port, self.request, self.at_once, self.pause = port, request, at_once, pause
        self.answers, self.connections, self.waits, self.error, self.told = 0, 0, False, None, False
        self.start()

    def run(self):
        try:
            while not self.told:
                with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as sock:
                    self.connections += 1
                    while not self.told and self._ask(sock):
                        time.sleep(self.pause)
        except OSError as error:
            self.error = error

    def _ask(self, sock):
        """False where the connection is over, and nothing was answered."""
        got, seen = b"", 0
        try:
            sock.sendall(self.request * self.at_once)
            self.waits = True
            while seen < self.at_once:
                more = sock.recv(65536)
                if not more:
                    raise ConnectionResetError("closed after %d answers of %d" % (seen, self.at_once))
                got += more
                seen = got.count(b"\r\n\r\nalpha\n")
        except (ConnectionResetError, BrokenPipeError):
            if got:
                raise
            return False
        self.answers += seen
        self.waits = False
        return True

    def stop(self):
        """How many answers it had."""
        self.told = True
        self.join(PATIENCE)
        must(not self.is_alive() and self.error is None, "a client: %s" % (self.error or "it still waits"))
        return self.answers


class Logging:
    """A daemon that logs to a pipe which a `cat` reads into a file, or to a file; its error log is a file too."""

    def __init__(self, fixture, *settings, to="pipe", fsize=None, ini=None):
        self.port = free_port()
        self.errors, self.copy = os.path.join(fixture.top, "errors"), os.path.join(fixture.top, "copy")
        self.fsize = fsize
        self.reader = None
        command = [fixture.batond, "-l", "127.0.0.1:%d" % self.port]
        for setting in settings + (() if to == "pipe" else ("log.access=" + to,)):
            command += ["-o", setting]
        command += ["-c", ini] if ini else [fixture.root]
        with open(self.errors, "wb") as errors, open(self.copy, "wb") as out:
            if to == "pipe":
                self.reader = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=out)
                out = self.reader.stdin
            self.daemon = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors,
                                           preexec_fn=self.limit)
        if self.reader:
            self.reader.stdin.close()
        self.pid = self.daemon.pid

    def limit(self):
        """In the child. The signal is not what is tested here."""
        if self.fsize:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.fsize, resource.RLIM_INFINITY))

    def allow(self, size):
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def __enter__(self):
        self.connect().close()
        return self

    def __exit__(self, *_):
        for child in (self.daemon, self.reader):
            if child and child.poll() is None:
                child.kill()
                child.wait()

    def connect(self):
        return connect_when_ready(self.port)

    def said(self):
        with open(self.errors, encoding="utf-8", errors="replace") as file:
            return file.read()

    def missing(self):
        return sum(int(n) for n in re.findall(r"missing lines: (\d+)", self.said()))

    def ask(self):
        with self.connect() as sock:
            sock.sendall(GET)
            must(read_answer(sock, PATIENCE).status == 200, "another status")

    def ends(self, read=True):
        self.daemon.terminate()
        must(self.daemon.wait(PATIENCE) == 0, "status %s" % self.daemon.returncode)
        if read and self.reader:
            must(self.reader.wait(PATIENCE) == 0, "the reader failed")

    def objects(self, path=None):
        return [json.loads(line) for line in lines_of(path or self.copy)]


def ends_with_term(server):
    server.signal(signal.SIGTERM)
    ends_with(server, 0, PATIENCE)
