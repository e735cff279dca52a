# SPDX-License-Identifier: MIT
"""What a line says, whatever clients send: goaccess and jq read every one."""

import json
import os
import re
import signal
import subprocess
import time

from batontest.client import GET, begin_download, read_answer
from batontest.expect import must
from batontest.patience import PATIENCE
from batontest.run import test

from logged import Asker, Logging, ends_with_term, lines_of, needs_tools, tool, until

# What a client may send to forge a field, a line or an object, or to move somebody's cursor.
HOSTILE = [
    b'"', b"\\", b'\\"', b'","status":500,"x":"', b'"} {"time":"', b"\x80", b"\xff\xfe", b"\xc3\xa4", b"\xc3", b"\xc0\xaf",
    b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc2\x9b31m", b"\xe2\x80\xae", b"%0a%0d", b"a\tb", b"${jndi:ldap://x}",
    b"' OR 1=1 --", b'<script>alert("x")</script>', b'" 200 0 "-" "x', b"\xf0\x9f\x98\x80" * 400, b"\xff" * 3000,
    b'"' * 3000, b"x" * 3000,
]


def be_hostile(server):
    """Every hostile text as User-Agent, Referer, Host and in the target; returns how many answers came."""
    answers = 0
    for text in HOSTILE:
        visible = text.replace(b"\t", b"").replace(b" ", b"")
        for request in (
            b"GET /a.txt HTTP/1.1\r\nHost: t\r\nUser-Agent: %s\r\nReferer: %s\r\n\r\n" % (text, text),
            b"GET /%s?%s HTTP/1.1\r\nHost: t\r\n\r\n" % (visible, visible),
            b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % text,
            b"%s / HTTP/1.1\r\nHost: t\r\n\r\n" % visible,
        ):
            with server.connect() as sock:
                sock.sendall(request)
                read_answer(sock)
                answers += 1
    return answers


@test
def goaccess_reads_every_line_of_the_combined_log(fixture):
    needs_tools("goaccess")
    server = fixture.start()
    answers = be_hostile(server) + 4
    with server.connect() as sock:
        for path in (b"/a.txt", b"/missing", b"/", b"/a.txt?q=1"):
            sock.sendall(b"GET %s HTTP/1.1\r\nHost: t\r\nReferer: http://example.org/\r\n"
                         b"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101\r\n\r\n" % path)
            read_answer(sock)
    ends_with_term(server)
    lines = lines_of(server.access_log)
    report = os.path.join(fixture.top, "report.json")
    done = subprocess.run([tool("goaccess"), server.access_log, "--log-format=COMBINED", "-o", report,
                           "--no-global-config"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                          check=False)
    must(done.returncode == 0, "goaccess: %r" % done.stdout[-500:])
    with open(report, encoding="utf-8", errors="replace") as file:
        general = json.load(file)["general"]
    must(general["failed_requests"] == 0, "%d lines fail: %r" % (general["failed_requests"], general))
    must(general["valid_requests"] == len(lines) == answers, "%d answers, %d lines, goaccess has %d" % (
        answers, len(lines), general["valid_requests"]))


@test
def jq_reads_every_line_of_the_json_log(fixture):
    needs_tools("jq")
    server = fixture.start({"log": {"format": "json"}})
    answers = be_hostile(server)
    ends_with_term(server)
    members = "agent bytes cache client duration host referer request status time".split()
    checks = ('(keys == %s) and (.status|type == "number") and (.bytes|type == "number") and (.duration >= 0)'
              ' and (.time|test("^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z$"))'
              ' and (.client == "127.0.0.1") and (.cache|IN(null, "hit", "miss", "revalidated"))' % json.dumps(members))
    done = subprocess.run([tool("jq"), "-c", checks, server.access_log], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
    must(done.returncode == 0, "jq: %r" % done.stderr[-500:])
    verdicts = done.stdout.split()
    must(verdicts == [b"true"] * answers, "%d of %d lines are right" % (verdicts.count(b"true"), answers))
    for line in lines_of(server.access_log):
        must(len(line) < 4096 and not re.search(rb"[\x00-\x1f\x7f]", line), "%r" % line)
        json.loads(line.decode("utf-8"))


@test
def a_line_tells_host_cache_duration_and_the_bytes_that_were_sent(fixture):
    server = fixture.with_large_file().start({"log": {"format": "json"}})
    began = time.monotonic()
    with server.connect() as sock:
        for _ in range(2):
            sock.sendall(GET)
            read_answer(sock, PATIENCE)
    asked = time.monotonic()
    sock, have = begin_download(server)
    time.sleep(0.5)
    while have < 5000000:
        have += len(sock.recv(65536))
    sock.close()
    until(lambda: len(lines_of(server.access_log)) == 3, "three lines")
    ended = time.monotonic()
    ends_with_term(server)
    first, second, cut = [json.loads(line) for line in lines_of(server.access_log)]
    must((first["cache"], second["cache"]) == ("miss", "hit"), "%r, %r" % (first, second))
    must(first["host"] == "test" and first["bytes"] == 6 and first["duration"] < asked - began, "%r" % first)
    must(5000000 <= cut["bytes"] < 24 * 1024 * 1024, "%r" % cut)
    must(0.5 <= cut["duration"] < ended - asked, "%r" % cut)


@test
def requests_in_one_write_have_a_line_each_in_order(fixture):
    server = fixture.start({"log": {"format": "json"}})
    with server.connect() as sock:
        count = 300
        sock.sendall(b"".join(b"GET /a.txt?%d HTTP/1.1\r\nHost: t\r\n\r\n" % i for i in range(count)))
        sock.settimeout(5)
        got = b""
        while got.count(b"alpha\n") < count:
            more = sock.recv(65536)
            must(more, "closed")
            got += more
    ends_with_term(server)
    asked = [json.loads(line)["request"] for line in lines_of(server.access_log)]
    must(asked == ["GET /a.txt?%d HTTP/1.1" % i for i in range(count)], "%r" % asked[:5])


def end_of(line):
    """When its answer ended, in seconds of the day."""
    hour, minute, second = line["time"][11:-1].split(":")
    return int(hour) * 3600 + int(minute) * 60 + float(second) + line["duration"]


@test
def lines_stand_in_the_order_of_their_ends_however_late_they_are_written(fixture):
    """For seconds two workers answer while nobody reads; then the lines of both are written at once."""
    with Logging(fixture, "server.workers=2", "log.format=json") as server:
        server.reader.send_signal(signal.SIGSTOP)
        first = Asker(server.port)  # fills the pipe, so that the others' lines stay in the queues
        until(lambda: first.answers > 400, "400 answers")
        first.stop()
        clients = [Asker(server.port, GET, 1, 0.005) for _ in range(8)]
        time.sleep(4)
        answered = first.answers + sum(client.stop() for client in clients)
        server.reader.send_signal(signal.SIGCONT)
        server.ends()
        ends = [end_of(line) for line in server.objects()]
        must(server.missing() == 0 and len(ends) == answered, "%d answers, %d lines" % (answered, len(ends)))
        worst = max(before - after for before, after in zip(ends, ends[1:]))
        must(worst < 0.5, "a line stands %.3f s behind a later one" % worst)
