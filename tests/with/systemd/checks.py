# SPDX-License-Identifier: MIT
"""What must hold of the package and of the service, in this order: each check finds what those before it left. Runs in
the machine that tests/with/systemd/boot booted, with the package in the working directory."""

import contextlib
import glob
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import traceback

from machine import (PATIENCE, TRIES, UNIT, Clients, Connection, Download, cursor, get, held, is_down, is_replaced, journal,
                     main_pid, run, show, threads_of, wait_for)

OURS = "/etc/baton/conf.d/test.ini"
DROP_IN = "/run/systemd/system/%s.d/test.conf" % UNIT
SITE = "/srv/site"
BIG = bytes(range(256)) * 4096 * 16  # 16 MiB: more than the sockets of both sides take at once
BIND = 1 << 10  # CAP_NET_BIND_SERVICE
CHECKS = []


def check(function):
    CHECKS.append((function.__name__.replace("_", " "), function))
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


@check
def killed_it_is_restarted_and_who_connects_meanwhile_is_served():
    for kills in range(1, 11):
        pid = main_pid()
        os.kill(pid, signal.SIGKILL)
        wait_for("its end", lambda pid=pid: is_down() or is_replaced(pid))
        with contextlib.closing(Connection(80)) as by_systemd, contextlib.closing(Connection()) as by_itself:
            in_time = is_down()
            assert by_systemd.get() == (200, b"reloaded\n")
            assert by_itself.get() == (200, b"reloaded\n"), "its own listener, from the descriptor store"
        expect_active()
        if in_time:
            break
    assert in_time, "each time it was restarted before both were connected"
    assert show("NRestarts") == str(kills)


@check
def restarted_under_load_it_refuses_nobody():
    with Clients(8080) as clients:
        for _ in range(4):
            pid = main_pid()
            run("systemctl", "restart", UNIT)
            assert main_pid() != pid
            wait_for("clients of the new process", clients.served_some)
    assert not clients.faults, clients.faults[:5]


def listen_more(address):
    configure("[listen http]\naddress = systemd:http\n[listen more]\naddress = %s\n" % address)


@check
def restarted_with_other_addresses_it_has_nobody_wait_at_the_old_ones():
    """Of a port it may want more or less than the socket that was kept for it."""
    run("systemctl", "restart", UNIT)
    kept = show("NFileDescriptorStore")
    listen_more("127.0.0.1:8092")
    run("systemctl", "reload", UNIT)
    assert serves(8092)
    for how, host, sockets in (
        ("restart", "127.0.0.1", 1),
        ("restart", "[::]", 2),  # and that of 127.0.0.1, in which somebody may wait
        ("reload", "0.0.0.0", 2),
        ("reload", "127.0.0.1", 1),
        ("restart", "0.0.0.0", 2),
    ):
        listen_more(host + ":8093")
        run("systemctl", how, UNIT)
        assert serves(8093) == b"reloaded\n", (how, host)
        wait_for("an end of the address before", lambda: not port_is_open(8092))
        wait_for("what %s has in the store" % host,
                 lambda: int(show("NFileDescriptorStore")) == int(kept) + sockets)
    configure("[listen http]\naddress = systemd:http\n")
    run("systemctl", "restart", UNIT)
    wait_for("the last of them to go", lambda: not port_is_open(8093) and show("NFileDescriptorStore") == kept)


@check
def a_worker_that_hangs_is_seen_by_the_watchdog():
    for seconds in TRIES:
        restart_with("WatchdogSec=%ds\n" % seconds)
        pid = main_pid()
        time.sleep(2 * seconds)
        if not is_down() and not is_replaced(pid):
            break
    assert main_pid() == pid, "it bites while they turn"
    since = cursor()
    workers = [thread for thread, name in threads_of(pid).items() if name.startswith("worker")]
    assert workers, threads_of(pid)
    with held(workers[0]):
        wait_for("a restart", lambda: is_replaced(pid))
    expect_active()
    assert any("Watchdog timeout" in text for _, text in journal(since)), "it was not the watchdog"
    assert serves()


@check
def a_stop_finishes_the_download_in_flight():
    for seconds in TRIES:
        run("systemctl", "start", "batond.socket")
        restart_with("TimeoutStopSec=%ds\n" % seconds)
        run("systemctl", "stop", "batond.socket")
        download = Download("/big.bin", BIG, 4e6 / seconds)  # four times as long
        run("systemctl", "stop", UNIT)
        if (show("ActiveState"), show("Result")) == ("inactive", "success"):
            break
    download.finish()
    assert (show("ActiveState"), show("Result")) == ("inactive", "success"), show("Result")
    assert not port_is_open(8080), "whoever connects now waits for nobody"
    os.remove(DROP_IN)
    run("systemctl", "daemon-reload")


@check
def a_bad_configuration_ends_it_for_good():
    configure("[server]\nwrokers = 2\n")
    run("systemctl", "start", UNIT, status=1)
    wait_for("its end", lambda: (show("ActiveState"), show("ExecMainStatus")) == ("failed", "78"))
    time.sleep(1.5)  # RestartSec and more
    assert (show("ActiveState"), show("NRestarts")) == ("failed", "0"), show("ActiveState")
    configure("")
    run("systemctl", "start", UNIT)
    assert serves()


def children(pid):
    """Zombies are among them."""
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as stat:
            if int(stat.read().rpartition(") ")[2].split()[1]) == pid:
                found.append(int(path.split("/")[2]))
    return found


@check
def as_the_first_process_of_a_container_it_reaps_and_stops():
    outer = subprocess.Popen(["unshare", "--pid", "--fork", "--mount-proc", "batond", "-l", "127.0.0.1:8099", SITE],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        pid = wait_for("a process", lambda: children(outer.pid))[0]
        wait_for("service", lambda: port_is_open(8099))
        assert serves(8099)
        run("nsenter", "--target", str(pid), "--pid", "--mount", "sh", "-c", "sleep 1h >/dev/null 2>&1 &")
        os.kill(wait_for("an orphan", lambda: children(pid))[0], signal.SIGKILL)
        wait_for("its burial", lambda: not children(pid))
        os.kill(pid, signal.SIGTERM)
        output = outer.communicate(timeout=PATIENCE)[0]
    finally:
        outer.kill()
    assert outer.returncode == 0, outer.returncode
    assert '"GET / HTTP/1.1" 200' in output, output


def port_is_open(port):
    with contextlib.suppress(OSError):
        Connection(port).close()
        return True


@check
def nothing_has_failed():
    text = run("systemctl", "list-units", "--failed", "--plain", "--no-legend", "--no-pager")
    assert text == "", text


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


def main():
    failed = 0
    for name, function in CHECKS:
        began = time.monotonic()
        fault = None
        try:
            function()
        except Exception as error:  # whatever goes wrong, the others shall run
            place = traceback.extract_tb(error.__traceback__)[1]
            fault = "%s: %s (line %d)" % (type(error).__name__, error, place.lineno)
        failed += fault is not None
        print("%s %s, %.1f s%s" % ("not ok" if fault else "ok", name, time.monotonic() - began,
                                   ": " + fault if fault else ""), flush=True)
    print("%d passed, %d failed" % (len(CHECKS) - failed, failed))
    if failed:
        print(run("journalctl", "--no-pager", "--lines=200", "--output=short-precise", status=None))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
