# SPDX-License-Identifier: MIT
"""Reloads and upgrades of a running daemon."""

import os
import re
import signal

from batontest.expect import wait_until
from batontest.process import is_gone


def said(server, text):
    return server.stderr().count(text)


def rewrite(server, changes):
    """Another configuration in the place of the old one, as an editor would put it there."""
    server.changes = changes
    path = os.path.join(server.top, server.name + ".ini")
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(server.configuration())
    os.rename(path + ".new", path)


def reload(server, changes=None, outcome=b"notice: reloaded"):
    before = said(server, outcome)
    if changes is not None:
        rewrite(server, changes)
    os.kill(getattr(server, "now", server.pid), signal.SIGHUP)
    wait_until(lambda: said(server, outcome) > before, "not '%s'" % outcome.decode())


def upgrade(server):
    """The pid of the new process, once the old one has told."""
    outcome = rb"upgrade: process (\d+) serves now"
    before = len(re.findall(outcome, server.stderr()))
    os.kill(server.now, signal.SIGUSR2)
    wait_until(lambda: len(re.findall(outcome, server.stderr())) > before,
               lambda: "no upgrade: %r" % server.stderr()[-2000:])
    server.now = int(re.findall(outcome, server.stderr())[-1])
    return server.now


class Upgraded:
    """A daemon of which the process changes. What runs at the end is ended, by the pid that it told."""

    def __init__(self, fixture, changes=None, **how):
        self.server = fixture.start(changes, **how)
        self.server.now = self.server.pid

    def __enter__(self):
        return self.server

    def __exit__(self, *unused):
        server = self.server
        if server.now != server.pid and not is_gone(server.now):
            os.kill(server.now, signal.SIGTERM)
            wait_until(lambda: is_gone(server.now), "the last process does not end")
