# SPDX-License-Identifier: MIT
"""Logs that are renamed and opened anew: by logrotate, by signals, and where they cannot be opened."""

import os
import re
import signal
import subprocess
import time

from batontest.client import GET, read_answer
from batontest.daemon import PROJECT
from batontest.expect import must
from batontest.run import test

from logged import ends_with_term, lines_of, needs_tools, requests_of, tool, until, wrk


def rotating(fixture, server):
    """The snippet that is installed, for this place and this process."""
    with open(os.path.join(PROJECT, "conf", "batond.logrotate"), encoding="utf-8") as file:
        text = file.read()
    text = text.replace("/var/log/baton/*.log", os.path.join(fixture.top, "*.log"))
    text = re.sub(r"(?m)^\s*(su|systemctl is-active) .*\n", "", text)
    text = re.sub(r"(?m)^(\s*create \d+) .*$", r"\1", text)
    text = re.sub(r"systemctl kill\b.*", "kill -USR1 %d" % server.pid, text)
    must("kill -USR1" in text and "/var/log" not in text and "systemctl" not in text, "the snippet has changed: %s" % text)
    path = os.path.join(fixture.top, "logrotate.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o644)
    return path


def rotated_lines(fixture, name):
    """Of the log and all that it was, compressed or not."""
    count = 0
    for entry in os.listdir(fixture.top):
        if entry.startswith(name):
            path = os.path.join(fixture.top, entry)
            if entry.endswith(".gz"):
                with open(path + ".plain", "wb") as plain:
                    subprocess.run(["gzip", "-dc", path], stdout=plain, check=True)
                path += ".plain"
            count += len(lines_of(path))
    return count


@test
def logrotate_loses_no_line_under_load(fixture):
    needs_tools("logrotate", "wrk")
    log = os.path.join(fixture.top, "access.log")
    server = fixture.start({"log": {"access": log}, "server": {"workers": 2}})
    config = rotating(fixture, server)
    client = wrk(server, 6)
    for _ in range(4):
        time.sleep(1)
        done = subprocess.run([tool("logrotate"), "--force", "--state", os.path.join(fixture.top, "state"), config],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30,
                              check=False)
        must(done.returncode == 0 and not done.stdout, "logrotate: %r" % done.stdout)
    answered = requests_of(client)

    def new_file_has_a_line():
        nonlocal answered
        if os.path.getsize(log) == 0:  # on a busy machine wrk may have ended before the last rotation
            with server.connect() as sock:
                sock.sendall(GET)
                answered += read_answer(sock).status == 200
        return os.path.getsize(log) > 0
    until(new_file_has_a_line, "a line in the new file")
    ends_with_term(server)
    said = server.stderr().decode(errors="replace")
    missing = sum(int(n) for n in re.findall(r"missing lines: (\d+)", said))
    count = rotated_lines(fixture, "access.log")
    must(len([name for name in os.listdir(fixture.top) if name.startswith("access.log")]) >= 4, "it was not rotated")
    # wrk does not count answers that were under way when its time was over: one for each connection at most.
    must(missing == 0 and answered <= count <= answered + 32, "%d answers, %d lines, %d missing" % (
        answered, count, missing))


def wait_for(paths, after):
    until(lambda: all(os.path.exists(path) for path in paths), "opened after %s" % after)


@test
def usr1_and_hup_open_both_logs_anew(fixture):
    paths = [os.path.join(fixture.top, name) for name in ("access.log", "error.log")]
    server = fixture.start({"log": {"access": paths[0], "error": paths[1]}})
    wait_for(paths, "the start")  # it listens before it has opened the last of them
    for number, sign in enumerate((signal.SIGUSR1, signal.SIGHUP)):
        for path in paths:
            os.rename(path, path + str(number))
        server.signal(sign)
        wait_for(paths, sign.name)
        with server.connect() as sock:
            sock.sendall(GET)
            read_answer(sock)
        until(lambda: len(lines_of(paths[0])) == 1, "a line after %s" % sign.name)
    ends_with_term(server)
    must(any(b"stopping" in line for line in lines_of(paths[1])), "the new error log says nothing")


@test
def a_log_that_cannot_be_opened_anew_is_tried_until_it_can_be(fixture):
    names = ("access.log", "error.log")
    logs, away = os.path.join(fixture.top, "logs"), os.path.join(fixture.top, "away")
    paths = [os.path.join(logs, name) for name in names]
    os.mkdir(logs)
    server = fixture.start({"log": {"access": paths[0], "error": paths[1]}})
    wait_for(paths, "the start")
    os.rename(logs, away)
    old = os.path.join(away, "error.log")
    server.signal(signal.SIGUSR1)
    until(lambda: b"the access log " in b"".join(lines_of(old)), "that it fails is said")
    time.sleep(2.5)
    told = b"".join(lines_of(old))
    must(told.count(b"anew, the old file goes on") == 2, "%r" % told)
    os.mkdir(logs)
    wait_for(paths, "the directory was there again")
    with server.connect() as sock:
        sock.sendall(GET)
        read_answer(sock)
    until(lambda: len(lines_of(paths[0])) == 1, "a line in the new file")
    ends_with_term(server)
    told = b"".join(lines_of(paths[1]))
    must(told.count(b"open anew") == 2 and told.count(b"stopping") == 1, "%r" % told)
