# SPDX-License-Identifier: MIT
"""What the checks of the service share: its configuration, and what it is to be."""

import glob
import os

from machine import UNIT, get, run, show, wait_for

OURS = "/etc/baton/conf.d/test.ini"
DROP_IN = "/run/systemd/system/%s.d/test.conf" % UNIT
SITE = "/srv/site"
BIG = bytes(range(256)) * 4096 * 16  # 16 MiB: more than the sockets of both sides take at once
BIND = 1 << 10  # CAP_NET_BIND_SERVICE


def check(function):
    """Marks a check; its name says what must hold."""
    function.is_check = True
    return function


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def configure(text):
    write(OURS, "[site default]\nroot = %s\n%s" % (SITE, text))


def restart_with(service):
    """Settings of the unit for this test."""
    write(DROP_IN, "[Service]\n" + service)
    run("systemctl", "daemon-reload")
    run("systemctl", "restart", UNIT)


def package():
    return glob.glob("*.deb")[0]


def exists(*paths):
    return [path for path in paths if os.path.lexists(path)]


def serves(port=8080):
    status, body = get("/", port)
    return status == 200 and body


def expect_active():
    wait_for("an active service", lambda: show("ActiveState") == "active")
