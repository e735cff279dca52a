# SPDX-License-Identifier: MIT
"""Logs that reach the size that they may have: lines are missing and counted, and what is there is whole."""

import os
import resource
import shutil
import signal
import time

from batontest.client import LARGE, begin_download
from batontest.expect import must
from batontest.run import test

from logged import Asker, Logging, lines_of, until


@test
def a_file_at_its_size_limit_costs_lines_that_are_counted_and_is_whole(fixture):
    log = os.path.join(fixture.top, "log")
    with Logging(fixture, "server.workers=2", "log.format=json", to=log, fsize=100000) as server:
        clients = [Asker(server.port) for _ in range(4)]
        until(server.missing, "lines are missing")
        must("(File too large)" in server.said(), server.said())
        for _ in range(20):
            server.ask()
        until(lambda: ends_whole(log), "whole lines while it is full")
        must(100000 - 4096 < os.path.getsize(log) <= 100000, "%d bytes" % os.path.getsize(log))
        server.allow(resource.RLIM_INFINITY)
        before = [client.answers for client in clients]
        until(lambda: os.path.getsize(log) > 200000, "lines again")
        until(lambda: all(client.answers > n for client, n in zip(clients, before)), "answers")
        answered = sum(client.stop() for client in clients) + 20
        server.ends()
        objects = server.objects(log)
        dropped = sum(one.get("dropped", 0) for one in objects)
        written = sum("status" in one for one in objects)
        must(dropped > 0 and written + dropped == answered and server.missing() == dropped,
             "%d answers, %d lines, %d dropped, %d said to be" % (answered, written, dropped, server.missing()))


@test
def a_file_that_ends_with_the_disk_full_ends_whole(fixture):
    log = os.path.join(fixture.top, "log")
    with Logging(fixture, "server.workers=2", "log.format=json", to=log, fsize=100000) as server:
        client = Asker(server.port)
        until(server.missing, "lines are missing")
        answered = client.stop()
        server.ends()
        must(100000 - 4096 < os.path.getsize(log) <= 100000, "%d bytes" % os.path.getsize(log))
        count = len(server.objects(log))
        must(count + server.missing() == answered, "%d answers, %d lines, %d missing" % (
            answered, count, server.missing()))


def ends_whole(path):
    """A line that the disk has no room for is tried again and again: for an instant a part of it can be seen."""
    with open(path, "rb") as file:
        return file.read().endswith(b"\n")


def filling(fixture, log, **more):
    """Its log is as large as it may be, in the middle of a line."""
    return Logging(fixture, "server.workers=2", "log.format=json", to=log, fsize=100000, **more)


@test
def a_full_log_that_is_copied_and_emptied_has_whole_lines_in_both(fixture):
    log, copy = os.path.join(fixture.top, "log"), os.path.join(fixture.top, "rotated")
    with filling(fixture, log) as server:
        client = Asker(server.port)
        until(server.missing, "lines are missing")
        answered = client.stop()
        until(lambda: ends_whole(log), "whole lines while it is full")
        shutil.copy(log, copy)
        until(lambda: ends_whole(copy) or not shutil.copy(log, copy), "a copy of whole lines")
        os.truncate(log, 0)
        server.ask()
        until(lambda: os.path.getsize(log) > 0, "lines in the emptied log")
        server.ends()
        objects = server.objects(copy) + server.objects(log)
        written = sum("status" in one for one in objects)
        must(written + server.missing() == answered + 1, "%d answers, %d lines, %d missing" % (
            answered + 1, written, server.missing()))


@test
def a_daemon_that_is_killed_with_the_disk_full_leaves_whole_lines_to_the_next(fixture):
    log = os.path.join(fixture.top, "log")
    with filling(fixture, log) as server:
        client = Asker(server.port)
        until(server.missing, "lines are missing")
        client.stop()
        server.daemon.kill()
        server.daemon.wait()
    with open(log, "rb") as file:
        kept = file.read().rpartition(b"\n")[0]
    for piece in (b"", b'{"time":"2026-'):  # the second as one has left it that died between writing and cutting
        with open(log, "ab") as file:
            file.write(piece)
        with Logging(fixture, "log.format=json", to=log) as server:
            server.ask()
            server.ends()
            objects = server.objects(log)
        must(len(objects) > kept.count(b"\n") + 1, "%d lines" % len(objects))


@test
def two_generations_with_the_disk_full_never_mix_their_lines(fixture):
    log = os.path.join(fixture.top, "log")
    with Logging(fixture.with_large_file(), "server.workers=2", "log.format=json", to=log, fsize=100000) as server:
        download, have = begin_download(server)
        clients = [Asker(server.port) for _ in range(4)]
        until(server.missing, "lines are missing")
        server.daemon.send_signal(signal.SIGHUP)
        until(lambda: "reloaded" in server.said(), "it has reloaded")
        time.sleep(0.5)  # both have lines now
        server.allow(resource.RLIM_INFINITY)
        until(lambda: os.path.getsize(log) > 300000, "lines again")
        answered = sum(client.stop() for client in clients)
        with download:
            while have < LARGE:
                have += len(download.recv(1 << 20))
        server.ends()
        objects = server.objects(log)
        dropped = sum(one.get("dropped", 0) for one in objects)
        written = sum("status" in one for one in objects)
        must(written + dropped == answered + 1, "%d answers, %d lines, %d dropped" % (answered + 1, written, dropped))


@test
def an_error_log_at_its_size_limit_stops_nothing(fixture):
    log = os.path.join(fixture.top, "error.log")
    with Logging(fixture, "server.workers=1", "log.error=" + log, to="off", fsize=100000) as server:
        until(lambda: os.path.exists(log) and os.path.getsize(log) > 0, "an error log")

        def reload():
            server.daemon.send_signal(signal.SIGHUP)
            time.sleep(0.1)
            server.ask()
            return os.path.getsize(log) == limit

        limit = os.path.getsize(log) + 100
        server.allow(limit)
        until(reload, "it is full")
        must(not reload() or reload(), "it is not full any more")
        server.allow(resource.RLIM_INFINITY)
        until(lambda: not reload(), "it is written again")
        server.ends()
        lines = lines_of(log)
        mixed = [line for line in lines if not line.startswith(b"batond: ") or line.count(b"batond: ") != 1]
        must(not mixed and any(b"stopping" in line for line in lines), "%r" % lines)
