# SPDX-License-Identifier: MIT
"""A pipe that is read, slowly, later, or by nobody; with log.full = drop and = wait."""

import os
import re
import signal
import time

from batontest import process
from batontest.client import GET, LARGE, begin_download, connect_when_ready, is_quiet, read_answer
from batontest.daemon import free_port, sanitizer_of
from batontest.expect import must
from batontest.patience import PATIENCE
from batontest.run import test

from logged import LONG, Asker, Logging, lines_of, needs_tools, requests_of, until, wrk


@test
def no_line_is_lost_while_somebody_reads(fixture):
    """The log of three seconds at full speed is about what the queues hold, so this does not depend on the disk's."""
    needs_tools("wrk")
    for form in ("combined", "json"):
        log = os.path.join(fixture.top, form)
        with Logging(fixture, "server.workers=2", "log.format=" + form, to=log) as server:
            answered = requests_of(wrk(server, 3, 50))
            server.ends()
            count = len(lines_of(log))
            must(server.missing() == 0 and answered <= count <= answered + 51, "%s: %d answers, %d lines: %s" % (
                form, answered, count, server.said()))


@test
def a_reader_that_stops_for_a_while_costs_nothing(fixture):
    """The queue of one worker holds 64 MiB, and takes more than 25 here."""
    with Logging(fixture, "server.workers=1") as server:
        server.reader.send_signal(signal.SIGSTOP)
        client = Asker(server.port)
        until(lambda: client.answers > 25 * 1024 * 1024 / len(LONG), "25 MiB of lines")
        answered = client.stop()
        server.reader.send_signal(signal.SIGCONT)
        server.ends()
        count = len(lines_of(server.copy))
        must(count == answered and server.missing() == 0, "%d answers, %d lines: %s" % (answered, count, server.said()))


@test
def a_reader_that_stops_costs_lines_that_are_counted_and_nothing_else(fixture):
    with Logging(fixture, "server.workers=1", "log.format=json") as server:
        clients = [Asker(server.port) for _ in range(2)]
        until(lambda: os.path.getsize(server.copy) > 0, "lines")
        server.reader.send_signal(signal.SIGSTOP)
        until(server.missing, "lines are missing")
        for _ in range(50):
            server.ask()
        server.reader.send_signal(signal.SIGCONT)
        answered = sum(client.stop() for client in clients) + 50
        server.ends()
        objects = server.objects()
        dropped = sum(one.get("dropped", 0) for one in objects)
        written = sum("status" in one for one in objects)
        must(dropped > 0 and server.missing() == dropped, "%d are said to be dropped in the log, %d in the error log" % (
            dropped, server.missing()))
        must(written + dropped == answered, "%d answers, %d lines, %d dropped" % (answered, written, dropped))


@test
def what_a_burst_took_of_memory_is_given_back(fixture):
    if sanitizer_of(fixture.batond):
        return  # whose own memory of ours is not given back
    with Logging(fixture, "server.workers=1") as server:
        server.ask()
        before = process.pss_kib(server.pid)
        server.reader.send_signal(signal.SIGSTOP)
        client = Asker(server.port)
        until(lambda: process.pss_kib(server.pid) > before + 16 * 1024, "16 MiB of lines")
        client.stop()
        server.reader.send_signal(signal.SIGCONT)
        until(lambda: process.pss_kib(server.pid) < before + 2 * 1024, "that memory is given back")
        server.ends()


@test
def a_reader_that_never_comes_back_does_not_hold_up_the_stop(fixture):
    with Logging(fixture, "server.workers=1") as server:
        server.reader.send_signal(signal.SIGSTOP)
        client = Asker(server.port)
        until(server.missing, "lines are missing")
        client.stop()
        server.ends(read=False)


def figures(port):
    """Turns of the workers, and answers, as /metrics has them."""
    with connect_when_ready(port) as sock:
        sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: t\r\n\r\n")
        text = read_answer(sock, PATIENCE).body.decode()
    answers = re.findall(r"(?m)^baton_requests_total\{.* (\d+)$", text)
    return int(re.search(r"(?m)^baton_turns_total (\d+)$", text)[1]), sum(map(int, answers))


def dropped_lines(port):
    with connect_when_ready(port) as sock:
        sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: t\r\n\r\n")
        text = read_answer(sock, PATIENCE).body.decode()
    return int(re.search(r"(?m)^baton_dropped_log_lines_total (\d+)$", text)[1])


@test
def lines_that_go_missing_after_a_reload_are_counted_too(fixture):
    status = free_port()
    with Logging(fixture, "server.workers=1", "status.address=127.0.0.1:%d" % status) as server:
        server.reader.send_signal(signal.SIGSTOP)
        client = Asker(server.port)
        until(lambda: client.answers > 100, "more lines than a pipe takes")
        client.stop()
        must(not server.missing(), "lines are missing while there is room for them")
        server.daemon.send_signal(signal.SIGHUP)
        until(server.missing, "what was left is missing")
        until(lambda: dropped_lines(status) == server.missing(), "all %d are counted" % server.missing())
        server.reader.send_signal(signal.SIGCONT)
        server.ends()


@test
def with_full_wait_requests_wait_and_no_line_is_lost(fixture):
    status = free_port()
    settings = ["server.workers=1", "log.format=json", "log.full=wait", "limits.keepalive_timeout=2s",
                "status.address=127.0.0.1:%d" % status]
    with Logging(fixture, *settings) as server:
        server.reader.send_signal(signal.SIGSTOP)
        clients = [Asker(server.port, at_once=1 + 19 * (i % 2)) for i in range(8)]
        until(lambda: "requests wait until it is written" in server.said(), "requests wait")
        until(lambda: all(client.waits for client in clients), "all of them do")
        time.sleep(1)
        connections = [client.connections for client in clients]
        turns, answers = figures(status)
        time.sleep(4)  # longer than the time that clients are given, whose fault it is not
        turns_then, answers_then = figures(status)
        must(answers > 0 and answers == answers_then, "some are answered")
        must(turns_then - turns < 4000, "%d turns in four seconds, for nothing" % (turns_then - turns))
        must(connections == [client.connections for client in clients], "some have lost their connection")
        with connect_when_ready(status) as sock:
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n")
            must(read_answer(sock, PATIENCE).status == 200, "it is not healthy")
        before = [client.answers for client in clients]
        server.reader.send_signal(signal.SIGCONT)
        until(lambda: all(client.answers > n for client, n in zip(clients, before)), "they go on")
        answered = sum(client.stop() for client in clients)
        server.ends()
        objects = server.objects()
        must(server.missing() == 0 and len(objects) == answered, "%d answers, %d lines: %s" % (
            answered, len(objects), server.said()))


@test
def with_full_wait_nobody_is_late_who_waits_for_the_log(fixture):
    """One who asked behind a download that is sent, and one of whose request a half has come."""
    settings = ["server.workers=1", "log.full=wait", "limits.header_timeout=5s", "limits.send_timeout=2s"]
    with Logging(fixture.with_large_file(), *settings) as server, server.connect() as half:
        server.reader.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        half.sendall(GET[:20])
        busy, have = begin_download(server)
        busy.sendall(GET)
        client = Asker(server.port)
        until(lambda: "requests wait until it is written" in server.said(), "requests wait")
        while have < LARGE and time.monotonic() - began < 1.5:
            have += len(busy.recv(min(65536, LARGE - have)))
        if time.monotonic() - began < 1.5:  # else their time was over before the log was full
            time.sleep(6)
            must(is_quiet(half, 0) and is_quiet(busy, 0), "an answer, or an end")
            server.reader.send_signal(signal.SIGCONT)
            must(read_answer(busy, PATIENCE).status == 200, "another status")
            must(read_answer(half, PATIENCE).status == 408, "another status")
        server.reader.send_signal(signal.SIGCONT)
        busy.close()
        client.stop()
        server.ends()
        must(server.missing() == 0, server.said())


@test
def with_full_wait_too_a_stop_ends_in_time_and_says_what_it_costs(fixture):
    with Logging(fixture, "server.workers=2", "log.full=wait", "server.drain_timeout=1s") as server:
        server.reader.send_signal(signal.SIGSTOP)
        clients = [Asker(server.port) for i in range(4)]
        until(lambda: "requests wait until it is written" in server.said(), "requests wait")
        began = time.monotonic()
        server.ends(read=False)
        took = time.monotonic() - began
        for client in clients:
            client.told = True
            client.join(PATIENCE)
        answered = sum(client.answers for client in clients)
        must(server.missing() > 0, server.said())
        server.reader.send_signal(signal.SIGCONT)
        must(server.reader.wait(PATIENCE) == 0, "the reader failed")
        count = len(lines_of(server.copy))
        must(count + server.missing() >= answered, "%d answers, %d lines, %d missing" % (
            answered, count, server.missing()))
        must(took >= 0.9, "it did not wait for those who wait")


@test
def a_reload_with_requests_that_wait_goes_on_with_them(fixture):
    """The old generation passes on what it has not read yet; the new one drops lines, and so serves."""
    text = "[server]\nworkers = 2\n[log]\naccess = stdout\nfull = %s\n[site a]\nroot = " + fixture.root + "\n"
    with Logging(fixture, ini=fixture.ini(text % "wait")) as server:
        server.reader.send_signal(signal.SIGSTOP)
        clients = [Asker(server.port, at_once=1) for _ in range(4)]
        until(lambda: "requests wait until it is written" in server.said(), "requests wait")
        waiting = [client.answers for client in clients]
        fixture.ini(text % "drop")
        server.daemon.send_signal(signal.SIGHUP)
        until(lambda: all(client.answers > before for client, before in zip(clients, waiting)), "they are served")
        answered = sum(client.stop() for client in clients)
        server.reader.send_signal(signal.SIGCONT)
        server.ends()
        must(len(lines_of(server.copy)) + server.missing() == answered, "%d answers: %s" % (answered, server.said()))
