# SPDX-License-Identifier: MIT
"""What must hold of a daemon, and what a test needs of the machine that it runs on."""

import ctypes
import os
import time

from batontest import process
from batontest.patience import PATIENCE, eventually

LANDLOCK_CREATE = 444  # the number of the system call


class Failed(AssertionError):
    """What must hold did not."""


class Skipped(Exception):
    """What the test needs is not here; its text says what."""


def must(holds, detail):
    if not holds:
        raise Failed(detail)


def must_equal(got, expected, what):
    if isinstance(got, bytes) and len(got) > 80:
        must(got == expected, "%s: %d bytes that are not the %d expected ones" % (what, len(got), len(expected)))
    must(got == expected, "%s: %r, expected %r" % (what, got, expected))


def wait_until(holds, detail):
    must(eventually(holds, pause=0.005), detail() if callable(detail) else detail)


def needs(here, what):
    """Skip the test where it is missing; in CI it must not be."""
    if not here:
        must(not os.environ.get("CI"), "this needs %s" % what)
        raise Skipped("needs " + what)


def needs_root():
    needs(os.geteuid() == 0, "root")


def needs_landlock():
    libc = ctypes.CDLL(None, use_errno=True)
    needs(libc.syscall(LANDLOCK_CREATE, None, 0, 1) > 0, "Landlock")


def ends_with(server, status, within=PATIENCE):
    began = time.monotonic()
    got = server.wait(within)
    must(got == status, "exit status %s after %.1f s, expected %s" % (got, time.monotonic() - began, status))


def must_rest(server, most, when, tries=10):
    """In one of some seconds the daemon uses at most this share of its CPU time; `when` says what it waits for."""
    for _ in range(tries):
        busyness = process.busyness(server.pid)
        if busyness <= most:
            return
    raise Failed("%.2f of the CPU time that it can have, %s" % (busyness, when))
