# SPDX-License-Identifier: MIT
"""The service is killed, hangs, is restarted, stops, and is the first process of a container."""

import contextlib
import glob
import os
import signal
import subprocess
import time

from checking import BIG, DROP_IN, SITE, check, configure, expect_active, restart_with, serves
from machine import (
    PATIENCE, TRIES, UNIT, Clients, Connection, Download, cursor, held, is_down, is_replaced, journal, main_pid, run,
    show, threads_of, wait_for)


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
