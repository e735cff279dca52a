# SPDX-License-Identifier: MIT
"""The service manager, played by the test: it hears what the daemon says, and passes it sockets."""

import os
import re
import socket
import subprocess
import time

from batontest.patience import PATIENCE


class Manager:
    """Stands in for the service manager: hears what the daemon says, and passes it sockets."""

    def __init__(self, fixture):
        self.path = os.path.join(fixture.top, "notify")
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

    def start(self, fixture, ini, fds=(), names=(), extra=None):
        """The daemon, as sd_listen_fds(3) and sd_notify(3) have it: descriptors from 3 up, and who they are for."""
        environment = dict(os.environ, NOTIFY_SOCKET=self.path, **(extra or {}))
        if fds:
            environment.update(LISTEN_FDS=str(len(fds)), LISTEN_FDNAMES=":".join(names))
        script = 'LISTEN_PID=$$ exec "$@"' + "".join(" %d<&%d" % (3 + i, fd) for i, fd in enumerate(fds))
        self.log = os.path.join(fixture.top, "managed.stderr")
        with open(self.log, "ab") as log:
            return subprocess.Popen(["sh", "-c", script, "sh", fixture.batond, "-c", ini], env=environment, stderr=log,
                                    stdin=subprocess.DEVNULL, pass_fds=fds, cwd=fixture.top)
