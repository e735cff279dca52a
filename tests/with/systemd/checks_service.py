# SPDX-License-Identifier: MIT
"""The package is installed; the service starts, reloads, is upgraded, and opens port 80."""

import contextlib
import os
import pwd
import re
import shutil
import socket
import time

from checking import BIG, BIND, OURS, SITE, check, configure, exists, expect_active, package, serves, write
from machine import (
    PATIENCE, UNIT, Connection, Download, cursor, get, is_replaced, journal, main_pid, run, show, threads_of, wait_for)


@check
def the_package_installs_and_starts_the_service():
    run("dpkg", "--install", package())
    expect_active()
    assert show("UnitFileState") == "enabled"
    assert show("UnitFileState", "batond.socket") == "disabled"


@check
def it_serves_the_demo_site():
    assert b"baton" in serves()


@check
def it_runs_as_its_own_user_without_capabilities():
    user = pwd.getpwnam("baton")
    with open("/proc/%d/status" % main_pid(), encoding="ascii") as status:
        fields = dict(line.rstrip("\n").split(":\t", 1) for line in status)
    assert set(fields["Uid"].split()) == {str(user.pw_uid)}, fields["Uid"]
    assert set(fields["Gid"].split()) == {str(user.pw_gid)}, fields["Gid"]
    assert all(int(fields[kind], 16) == 0 for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))
    assert user.pw_shell.endswith("nologin"), user.pw_shell


@check
def the_units_verify_without_a_word():
    words = run("systemd-analyze", "verify", UNIT, "batond.socket")
    assert words == "", words


@check
def its_exposure_is_1_at_most():
    text = run("systemd-analyze", "security", "--no-pager", UNIT)
    exposure = float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", text).group(1))
    assert exposure <= 1.0, exposure


@check
def what_it_says_at_start_is_a_notice():
    lines = journal("--identifier=batond")
    assert lines, "it said nothing"
    wrong = [line for line in lines if line[0] != 5 or re.match("<|batond|notice", line[1])]
    assert not wrong, wrong


@check
def reload_returns_when_the_new_listener_answers():
    pid, connection = main_pid(), Connection()
    assert connection.get()[0] == 200
    os.makedirs(SITE)
    write(SITE + "/index.html", "reloaded\n")
    with open(SITE + "/big.bin", "wb") as file:
        file.write(BIG)
    configure("[listen more]\naddress = 127.0.0.1:8090\n")
    run("systemctl", "reload", UNIT)
    assert serves(8090) == b"reloaded\n"
    assert connection.get() == (200, b"reloaded\n"), "on the connection from before"
    assert main_pid() == pid


@check
def a_refused_reload_fails_and_changes_nothing():
    pid, since, connection = main_pid(), cursor(), Connection()
    assert connection.get()[0] == 200
    configure("[server]\nwrokers = 2\n")
    began = time.monotonic()
    words = run("systemctl", "reload", UNIT, status=1)
    assert time.monotonic() - began < PATIENCE
    assert "failed" in words, words
    expect_active()
    assert main_pid() == pid
    assert serves(8090) and connection.get() == (200, b"reloaded\n")
    errors = [line for line in journal(since) if OURS + ":4:1: error: unknown key 'wrokers'" in line[1]]
    assert errors and errors[0][0] == 3, errors


@check
def a_reload_that_only_the_daemon_can_refuse_fails_too():
    with socket.create_server(("127.0.0.1", 8098)):
        configure("[listen taken]\naddress = 127.0.0.1:8098\n")
        since = cursor()
        run("systemctl", "reload", UNIT, status=1)
        expect_active()
        assert serves(8090)
        told = [text for _, text in journal(since) if "8098" in text]
        assert any("cannot listen on" in text for text in told), told
    configure("[server]\nwrokers = 2\n")
    run("systemctl", "reload", UNIT, status=1)


@check
def the_status_shows_why_until_a_reload_is_taken():
    try:
        time.sleep(6)  # the daemon says every 5 s how it is
        assert "refused" in show("StatusText"), show("StatusText")
        assert "unknown key 'wrokers'" in run("systemctl", "status", "--no-pager", "--full", UNIT)
    finally:
        configure("")
        run("systemctl", "reload", UNIT)
    assert "refused" not in show("StatusText"), show("StatusText")


@check
def an_upgrade_keeps_connections_and_answers_under_way():
    pid, connection, download = main_pid(), Connection(), Download("/big.bin", BIG, 10e6)
    assert connection.get()[0] == 200
    run("systemctl", "kill", "--signal=USR2", "--kill-who=main", UNIT)
    wait_for("a new main process", lambda: is_replaced(pid))
    expect_active()
    assert connection.get() == (200, b"reloaded\n"), "on the connection from before"
    assert serves()
    download.finish()
    wait_for("the end of the old process", lambda: not exists("/proc/%d" % pid))
    expect_active()
    assert show("NRestarts") == "0"


@check
def after_an_upgrade_it_reloads():
    configure("[listen more]\naddress = 127.0.0.1:8091\n")
    run("systemctl", "reload", UNIT)
    assert serves(8091)


@check
def the_package_is_upgraded_without_a_closed_connection():
    for left in range(2, -1, -1):
        pid, connection = main_pid(), Connection()
        assert connection.get()[0] == 200
        run("dpkg", "--install", package())
        assert main_pid() != pid
        assert os.readlink("/proc/%d/exe" % main_pid()) == "/usr/bin/batond"
        try:
            assert connection.get() == (200, b"reloaded\n"), "on the connection from before"
            break
        except OSError:  # postinst waits for a few seconds, and then restarts it: is the machine busy?
            if left == 0:
                raise
    assert show("NRestarts") == "0"


@check
def logrotate_turns_the_log():
    log = "/var/log/baton/access.log"
    assert get("/before")[0] == 404
    wait_for("the line of a request", lambda: exists(log) and "/before" in open(log, encoding="utf-8").read())
    run("logrotate", "--force", "--state", "/tmp/logrotate", "/etc/logrotate.d/batond")
    assert "/before" in open(log + ".1", encoding="utf-8").read()
    owner = os.stat(log).st_uid
    assert owner == pwd.getpwnam("baton").pw_uid, owner

    def comes():
        get("/after")
        return "/after" in open(log, encoding="utf-8").read()
    wait_for("lines in the new file", comes)


@check
def systemd_opens_port_80_for_it():
    configure("[listen http]\naddress = systemd:http\n")
    run("systemctl", "stop", UNIT)
    run("systemctl", "enable", "--now", "batond.socket")
    assert show("ActiveState") == "inactive"
    assert serves(80) == b"reloaded\n", "the first connection starts it"
    expect_active()
    assert serves()


def capabilities_of(pid):
    """{thread: (name, {set: capabilities})}"""
    found = {}
    for thread in os.listdir("/proc/%d/task" % pid):
        with contextlib.suppress(FileNotFoundError), open("/proc/%d/task/%s/status" % (pid, thread), encoding="ascii") as status:
            fields = dict(line.rstrip("\n").split(":\t", 1) for line in status)
            found[int(thread)] = fields["Name"], {kind: int(fields[kind], 16) for kind in
                                                  ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
    return found


def expect_bare_threads(pid):
    """The bounding set cannot be lowered without a right to do so, and with no_new_privs nobody gains anything from it."""
    found = capabilities_of(pid)
    names = [name for name, _ in found.values()]
    assert names.count("worker") >= 1 and names.count("logger") == 1, names
    for thread, (name, sets) in found.items():
        had = {kind for kind, mask in sets.items() if mask}
        if thread == pid:
            assert set(sets.values()) == {BIND}, sets
        else:
            assert had <= {"CapBnd"}, "%s has %s" % (name, had)
            assert sets["CapBnd"] in (0, BIND), sets


def works_on_port_80(since):
    expect_active()
    assert serves(80) == b"reloaded\n"
    wait_for("the end of what opens", lambda: "errand" not in threads_of(main_pid()).values())
    expect_bare_threads(main_pid())
    loud = [line for line in journal("--identifier=batond", since) if line[0] < 5]
    assert not loud, loud


@check
def with_the_drop_in_it_opens_port_80_itself_and_threads_that_serve_are_bare():
    since = cursor()
    run("systemctl", "disable", "--now", "batond.socket")
    configure("[log]\naccess = /var/log/baton/access.log\n[listen http]\naddress = [::]:80\n")
    run("systemctl", "restart", UNIT, status=1)
    run("install", "-D", "-m", "644", "-t", "/etc/systemd/system/%s.d" % UNIT, "/usr/share/baton/port-80.conf")
    run("systemctl", "daemon-reload")
    try:
        since = cursor()
        run("systemctl", "restart", UNIT)
        works_on_port_80(since)
        pid = main_pid()
        configure("[listen http]\naddress = [::]:80\naddress = 127.0.0.1:81\n")
        run("systemctl", "reload", UNIT)
        assert serves(81) == b"reloaded\n" and main_pid() == pid
        works_on_port_80(since)
        run("systemctl", "kill", "--signal=USR2", "--kill-who=main", UNIT)
        wait_for("a new main process", lambda: is_replaced(pid))
        works_on_port_80(since)
        configure("[listen http]\naddress = [::]:80\naddress = 127.0.0.1:82\n")
        run("systemctl", "reload", UNIT)
        assert serves(82) == b"reloaded\n"
        run("systemctl", "restart", UNIT)
        works_on_port_80(since)
    finally:
        shutil.rmtree("/etc/systemd/system/%s.d" % UNIT)
        run("systemctl", "daemon-reload")
        configure("[listen http]\naddress = systemd:http\n")
        run("systemctl", "stop", UNIT)
        run("systemctl", "enable", "--now", "batond.socket")
        run("systemctl", "start", UNIT)
