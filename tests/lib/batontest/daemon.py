# SPDX-License-Identifier: MIT
"""Start the real daemon with a configuration of its own, watch it, and stop it.

Only the process that was started here is ever signalled, by its id, and stop() is safe to call twice.
"""

import contextlib
import fcntl
import os
import re
import signal
import socket
import subprocess

from batontest.patience import PATIENCE, eventually

PROJECT = os.path.realpath(os.path.join(os.path.realpath(__file__), "../../../.."))
SANITIZER_REPORT = re.compile(
    rb"(ERROR: \w+Sanitizer|WARNING: \w+Sanitizer|SUMMARY: \w+Sanitizer|runtime error:|LeakSanitizer)")
SERVES = b"notice: serving "  # it says so once all of its threads run and all of its listeners are open
LONG = "10m"
HIGH = 200  # a descriptor that is in nobody's way


def default_path():
    return os.environ.get("BATOND") or os.path.join(PROJECT, "build", "release", "batond")


def free_port():
    """A port that stays ours until we end: it is bound but not listened on, so that the kernel gives it to nobody
    else, not even to a client as its own. A server may still bind it: it sets SO_REUSEADDR, and by then so have we."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        fcntl.fcntl(probe, fcntl.F_DUPFD_CLOEXEC, HIGH)
        return probe.getsockname()[1]


def sanitizer_of(path):
    """'asan', 'tsan' or None: which sanitizer the binary is linked with."""
    with open(path, "rb") as file:
        content = file.read()
    for name, symbol in (("asan", b"__asan_init"), ("tsan", b"__tsan_init")):
        if symbol in content:
            return name
    return None


def render_ini(sections):
    lines = []
    for section, keys in sections.items():
        lines.append("[%s]" % section)
        for key, value in keys.items():  # a list: the key is repeated
            lines += ["%s = %s" % (key, each) for each in (value if isinstance(value, list) else [value])]
        lines.append("")
    return "\n".join(lines)


class Batond:
    """One running daemon. `changes` overrides keys of the base configuration: {"limits": {"uri_size": 256}}. That has
    timeouts beyond our PATIENCE: a client that a busy machine holds up is none that the daemon should close."""

    def __init__(self, path, top, root, name, changes=None, nofile=None, environment=None):
        self.path, self.top, self.root, self.name = path, top, root, name
        self.nofile = nofile
        self.environment = environment or {}
        self.changes = changes or {}
        self.unix_path = os.path.join(top, name + ".sock")
        self.access_log = os.path.join(top, name + ".access")
        self.error_path = os.path.join(top, name + ".stderr")
        self.process = None
        self.port = None
        self.broken = False  # set by whoever finds that it no longer answers

    def configuration(self):
        sections = {
            "server": {"workers": 1, "drain_timeout": LONG},
            "listen main": {"address": "127.0.0.1:%d" % self.port},
            "listen local": {"address": "unix:" + self.unix_path},
            "limits": dict.fromkeys(("header_timeout", "body_timeout", "keepalive_timeout", "send_timeout"), LONG),
            "log": {"access": self.access_log},
            "site test": {"root": self.root, "index": "index.html"},
        }
        for section, keys in self.changes.items():
            sections.setdefault(section, {}).update(keys)
        return render_ini(sections)

    def write_configuration(self):
        """Choose a port, write the file, return its path."""
        self.port = free_port()
        return self.rewrite_configuration()

    def rewrite_configuration(self):
        """Write the file, return its path; for a reload."""
        file_name = os.path.join(self.top, self.name + ".ini")
        with open(file_name, "w", encoding="utf-8") as file:
            file.write(self.configuration())
        return file_name

    def start(self):
        command = [self.path, "-c", self.write_configuration()]
        if self.nofile:
            command = ["prlimit", "--nofile=%d" % self.nofile, "--"] + command
        said = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        with open(self.error_path, "ab") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                                            cwd=self.top, env=dict(os.environ, **self.environment))
        if not eventually(lambda: self._serves(said)):
            raise RuntimeError("%s does not serve: %s" % (self.path, self.stderr().decode(errors="replace")[-2000:]))
        return self

    @property
    def log_path(self):
        """Where it says what an operator should know."""
        return self.changes.get("log", {}).get("error", self.error_path)

    def _serves(self, said):
        """A look that makes no connection: it would be counted."""
        if not self.alive():
            raise RuntimeError("%s ended with status %s: %s" % (
                self.path, self.process.returncode, self.stderr().decode(errors="replace")[-2000:]))
        with contextlib.suppress(FileNotFoundError), open(self.log_path, "rb") as log:
            log.seek(said)
            return SERVES in log.read()

    def connect(self, via="tcp", timeout=PATIENCE):
        family = socket.AF_UNIX if via == "unix" else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(timeout)
            sock.connect(self.unix_path if via == "unix" else ("127.0.0.1", self.port))
            if via != "unix":
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError:
            sock.close()
            raise

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        if self.alive():
            self.process.send_signal(number)

    def wait(self, within):
        """Its exit status, or None when it still runs after `within` seconds."""
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, within=PATIENCE):
        """SIGTERM, once more after `within` seconds, then SIGKILL; the exit status (negative: died of a signal)."""
        if self.process is None:
            return None
        for patience in (within, PATIENCE):
            self.signal(signal.SIGTERM)
            if self.wait(patience) is not None:
                break
        else:
            self.process.kill()
        return self.process.wait()

    def stderr(self):
        with open(self.error_path, "rb") as file:
            return file.read()

    def sanitizer_report(self):
        """The first lines of what a sanitizer said, or None."""
        found = SANITIZER_REPORT.search(self.stderr())
        if not found:
            return None
        return self.stderr()[found.start():found.start() + 4000].decode(errors="replace")


def ended(daemon, within=PATIENCE):
    """The exit status of this process; it is killed where it does not end in time, and that is None."""
    try:
        return daemon.wait(within)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()
        return None
