# SPDX-License-Identifier: MIT
"""The package is removed and purged, and installed where systemd does not run."""

import os
import pwd

from checking import OURS, check, exists, package
from checks_ends import port_is_open
from machine import run, show


@check
def removed_it_keeps_configuration_and_logs():
    run("dpkg", "--remove", "baton")
    assert show("ActiveState") == "inactive" and show("LoadState") == "not-found"
    assert not port_is_open(8080)
    assert not exists("/usr/bin/batond", "/usr/share/baton", "/usr/share/doc/baton")
    kept = ["/etc/baton/baton.ini", OURS, "/etc/logrotate.d/batond", "/var/log/baton/access.log"]
    assert exists(*kept) == kept, exists(*kept)


@check
def purged_it_leaves_its_user_alone():
    run("dpkg", "--purge", "baton")
    left = exists("/etc/baton", "/etc/logrotate.d/batond", "/var/log/baton", "/run/baton")
    left += [path for tree in ("/etc/systemd", "/var/lib/systemd") for path, _, files in os.walk(tree)
             for file in files if "batond" in file]
    assert not left, left
    assert pwd.getpwnam("baton")
    text = run("systemctl", "list-units", "--all", "--plain", "--no-legend", "--no-pager", "batond*")
    assert text == "", text


@check
def an_image_without_systemd_running_installs_it_too():
    os.rename("/run/systemd/system", "/run/systemd/elsewhere")
    try:
        run("dpkg", "--install", package())
        assert exists("/etc/systemd/system/multi-user.target.wants/batond.service")
        run("dpkg", "--purge", "baton")
    finally:
        os.rename("/run/systemd/elsewhere", "/run/systemd/system")
