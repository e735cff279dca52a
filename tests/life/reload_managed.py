# SPDX-License-Identifier: MIT
"""Of tests/life/reload: what the service manager hears of reloads and stops, and the sockets that it passes."""

import os
import signal
import socket

from batontest.client import GET, connect_when_ready, must_answer, read_answer
from batontest.daemon import ended, free_port
from batontest.expect import must, wait_until
from batontest.manager import Manager
from batontest.process import is_gone
from batontest.run import test


@test
def a_service_manager_hears_the_life_of_the_daemon(fixture):
    port = free_port()
    text = "[server]\nworkers = %%d\n%%s\n[listen main]\naddress = 127.0.0.1:%d\n[site test]\nroot = %s\n" % (
        port, fixture.root)
    ini = fixture.ini(text % (1, ""))
    manager = Manager(fixture)
    daemon = manager.start(fixture, ini, extra={"WATCHDOG_USEC": "400000"})
    try:
        manager.expect(r"^FDSTORE=1\nFDNAME=127\.0\.0\.1%%3a%d$" % port)
        must(len(manager.stored) == 1, "no descriptor came with it")
        manager.expect(r"^READY=1$")
        manager.expect(r"^STATUS=Serving: 1 workers")
        for _ in range(3):
            manager.expect(r"^WATCHDOG=1$")
        fixture.ini(text % (2, ""))
        daemon.send_signal(signal.SIGHUP)
        manager.expect(r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
        manager.expect(r"^STATUS=Reloaded: 2 workers")
        manager.expect(r"^READY=1$")
        fixture.ini(text % (2, "wrokers = 1"))
        daemon.send_signal(signal.SIGHUP)
        manager.expect(r"^RELOADING=1")
        manager.expect(r"^STATUS=Serving: 2 workers.*refused: .*given\.ini:3:1: error: unknown key 'wrokers'")
        manager.expect(r"^READY=1$")
        fixture.ini(text % (2, ""))
        daemon.send_signal(signal.SIGUSR2)
        new = int(manager.expect(r"^MAINPID=\d+$")[8:])
        must(new != daemon.pid, "the main process is the old one")
        manager.expect(r"^READY=1$")
        must(ended(daemon) == 0, "the old process did not end with 0")
        manager.expect(r"^WATCHDOG=1$")
        os.kill(new, signal.SIGTERM)
        manager.expect(r"^STOPPING=1$")
        wait_until(lambda: is_gone(new), "it does not end")
    finally:
        ended(daemon, 1)


@test
def a_long_stop_asks_for_the_time_it_takes(fixture):
    port = free_port()
    ini = fixture.ini("[server]\ndrain_delay = 1h\n[listen main]\naddress = 127.0.0.1:%d\n[site test]\nroot = %s\n" % (
        port, fixture.root))
    manager = Manager(fixture)
    daemon = manager.start(fixture, ini)
    try:
        manager.expect(r"^READY=1$")
        daemon.terminate()
        manager.expect(r"^STOPPING=1$")
        for _ in range(2):
            manager.expect(r"^EXTEND_TIMEOUT_USEC=\d+$")
        daemon.terminate()
        must(ended(daemon) == 0, "another status")
    finally:
        ended(daemon, 1)


@test
def sockets_that_are_passed_are_served_and_those_that_are_not_are_named(fixture):
    manager = Manager(fixture)
    with socket.create_server(("127.0.0.1", 0)) as passed:
        port = passed.getsockname()[1]
        waiting = socket.create_connection(("127.0.0.1", port))
        waiting.sendall(GET)
        text = "[server]\nworkers = 2\naccept = %s\n[listen main]\naddress = systemd:%s\n[site test]\nroot = %s\n"
        for accept in ("handoff", "reuseport"):
            ini = fixture.ini(text % (accept, "http", fixture.root))
            daemon = manager.start(fixture, ini, (passed.fileno(),), ("http",))
            try:
                manager.expect(r"^READY=1$")
                must(read_answer(waiting).status == 200, "what waited in the backlog is not served")
                waiting.close()
                waiting = socket.create_connection(("127.0.0.1", port))
                waiting.sendall(GET)
                must(read_answer(waiting).status == 200, "no answer")
                daemon.send_signal(signal.SIGHUP)
                manager.expect(r"^READY=1$")
                must_answer([waiting])
                daemon.terminate()
                must(ended(daemon) == 0, "another status")
            finally:
                ended(daemon, 1)
            waiting.close()
            waiting = socket.create_connection(("127.0.0.1", port))  # nobody serves, and yet it is not refused
            waiting.sendall(GET)
        ini = fixture.ini(text % ("handoff", "https", fixture.root))
        daemon = manager.start(fixture, ini, (passed.fileno(),), ("http",))
        must(ended(daemon) == 1, "another status")
        with open(manager.log, encoding="utf-8") as log:
            must("systemd:https" in log.read(), "it does not say which socket is missing")
        waiting.close()


@test
def the_service_manager_is_told_how_many_connections_there_are(fixture):
    for accept in ("handoff", "reuseport"):
        port = free_port()
        ini = fixture.ini("[server]\nworkers = 2\naccept = %s\n[listen main]\naddress = 127.0.0.1:%d\n"
                          "[site test]\nroot = %s\n" % (accept, port, fixture.root))
        manager = Manager(fixture)
        daemon = manager.start(fixture, ini)
        try:
            manager.expect(r"^READY=1$")
            with connect_when_ready(port) as gone, connect_when_ready(port) as sock:
                must_answer([gone, sock])
                gone.close()
                for _ in range(2):
                    manager.expect(r"^STATUS=Serving: 2 workers, 1 connections$")
            daemon.terminate()
            must(ended(daemon) == 0, "another status")
        finally:
            ended(daemon, 1)
            manager.socket.close()
            os.unlink(manager.path)
