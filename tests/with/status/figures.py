# SPDX-License-Identifier: MIT
"""What /metrics, /status.json and /healthz say, against what was sent; and what becomes of who treats them badly."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

from batontest.expect import must, must_equal
from batontest.patience import PATIENCE, TooSlow, eventually, in_time
from batontest.run import test

KIB = 1024
FILES = {"1k.txt": KIB, "100k.txt": 100 * KIB, "8m.bin": 8 * KIB * KIB}
SAMPLE = re.compile(r'(\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="([^"]*)"')
CONNECTIONS = 64  # that the status listener takes at once


class Metrics(dict):
    """{(name, labels sorted): value}, and which names are what."""

    def __init__(self, text):
        super().__init__()
        self.types = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.M))
        for line in text.splitlines():
            if not line.startswith("#"):
                name, labels, value = SAMPLE.match(line).groups()
                key = name, tuple(sorted(LABEL.findall(labels or "")))
                must(key not in self, "twice: %r" % (key,))
                self[key] = float(value)

    def get_one(self, name, **labels):
        return self["baton_" + name, tuple(sorted(labels.items()))]

    def growing(self):
        """What may never become less, but gauges and the labels of histograms' bounds aside."""
        return {key: value for key, value in self.items()
                if self.types.get(re.sub("_(bucket|sum|count)$", "", key[0]), self.types.get(key[0])) != "gauge"}


def ask(port, path="/metrics", method="GET", **more):
    """(status, {field: value}, body)"""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, **more)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def metrics(port):
    status, _, body = ask(port)
    must_equal(status, 200, "status of /metrics")
    return Metrics(body.decode())


def figures(port):
    return json.loads(ask(port, "/status.json")[2])


def wait_until(holds, what):
    must(eventually(holds, pause=0.02), "%s did not come" % what)


def exchange(server, *requests, via="tcp"):
    """Send them on one connection, which the last one closes; (bytes sent, all that came)."""
    data, got = b"".join(requests), []
    with server.connect(via) as sock:
        sock.sendall(data)
        for piece in iter(lambda: sock.recv(1 << 16), b""):
            got.append(piece)
    return len(data), b"".join(got)


def request(method, path, *fields, last=False):
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: test", *fields] + (["Connection: close"] if last else [])
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def body_bytes(data, head_at=None):
    """How many of these bytes, answers in a row, are those of bodies; number `head_at` is an answer to HEAD."""
    total = number = 0
    while data:
        head, _, data = data.partition(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        size = int(length[1]) if length and number != head_at else 0
        must(len(data) >= size, "cut short")
        data, total, number = data[size:], total + size, number + 1
    return total


@test
def the_figures_are_those_of_the_traffic_exactly(fixture):
    server, port = fixture.start_another({"server": {"workers": 3}})
    before = metrics(port)
    sent = got = bodies = 0
    for _ in range(5):
        pieces = exchange(server, request("GET", "/1k.txt"), request("HEAD", "/1k.txt"), request("GET", "/nope"),
                          request("OPTIONS", "*"), request("POST", "/1k.txt", "Content-Length: 3") + b"abc",
                          request("GET", "/100k.txt", "Range: bytes=0-9"), request("BREW", "/"),
                          request("GET", "/100k.txt", last=True))
        sent, got, bodies = sent + pieces[0], got + len(pieces[1]), bodies + body_bytes(pieces[1], head_at=1)
    pieces = exchange(server, b"nonsense\r\n\r\n")
    sent, got, bodies = sent + pieces[0], got + len(pieces[1]), bodies + body_bytes(pieces[1])
    wait_until(lambda: sum(figures(port)["total"]["connections"].values()) == 0, "the end of all connections")
    after = metrics(port)

    def grown(name, **labels):
        return after.get_one(name, **labels) - before.get_one(name, **labels)
    expected = {("GET", "2xx"): 15, ("GET", "4xx"): 5, ("HEAD", "2xx"): 5, ("OPTIONS", "2xx"): 5, ("other", "4xx"): 6,
                ("other", "5xx"): 5}
    for method in ("GET", "HEAD", "OPTIONS", "other"):
        for code in ("2xx", "3xx", "4xx", "5xx"):
            must_equal(grown("requests_total", method=method, code=code), expected.get((method, code), 0),
                       "%s %s" % (method, code))
    must_equal(grown("sent_bytes_total"), got, "bytes sent")
    must_equal(grown("received_bytes_total"), sent, "bytes received")
    must_equal(grown("accepted_connections_total"), 6, "connections")
    must_equal(grown("request_duration_seconds_count"), 41, "durations")
    must_equal(grown("handoff_latency_seconds_count"), 6, "handoffs")
    must_equal(grown("body_bytes_total"), bodies, "bytes of bodies")
    lookups = sum(grown("cache_lookups_total", result=result) for result in ("hit", "revalidated", "miss"))
    must_equal(lookups, 25, "looks into the cache")


def head_of(sock):
    """The bytes of an answer's head; more may have been read."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += sock.recv(4096)
    return len(data.partition(b"\r\n\r\n")[0]) + 4


@test
def of_a_body_that_is_broken_off_what_was_sent_counts(fixture):
    server, port = fixture.start_another({"server": {"workers": 1}})
    for asked in (("/8m.bin",), ("/1k.txt", "/nope", "/8m.bin")):
        before = metrics(port)

        def grown(name):
            return metrics(port).get_one(name) - before.get_one(name)
        with server.connect() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.sendall(b"".join(request("GET", path) for path in asked))
            head = head_of(sock)
            wait_until(lambda: grown("body_bytes_total") > KIB, "a part of it while it is sent")
            must(grown("body_bytes_total") < 8 * KIB * KIB, "all of it is counted")
        wait_until(lambda: sum(figures(port)["total"]["connections"].values()) == 0, "the end of the connection")
        heads = grown("sent_bytes_total") - grown("body_bytes_total")
        must(heads == head if len(asked) == 1 else head < heads < 4 * KIB, "%d bytes of heads, the first has %d" % (heads, head))


@test
def each_total_is_the_sum_of_its_workers(fixture):
    server, port = fixture.start_another({"server": {"workers": 4}})
    for _ in range(20):
        exchange(server, request("GET", "/1k.txt"), request("GET", "/nope", last=True))
    wait_until(lambda: sum(figures(port)["total"]["connections"].values()) == 0, "the end of all connections")
    found = metrics(port)
    sums, busy = {}, set()
    for (name, labels), value in found.items():
        if name.startswith("baton_worker_"):
            key = "baton_" + name[len("baton_worker_"):], tuple(one for one in labels if one[0] != "worker")
            sums[key] = sums.get(key, 0) + value
            if key[0] == "baton_requests_total" and value:
                busy.add(dict(labels)["worker"])
    must_equal(sorted(busy), ["0", "1", "2", "3"], "workers that answered")
    for key, value in sums.items():
        if "turns" not in key[0]:
            must(abs(found[key] - value) < 1e-5, "%s: %s, but its workers have %s" % (key, found[key], value))


@test
def histograms_grow_from_bound_to_bound_up_to_their_count(fixture):
    found = metrics(fixture.port)
    for name in ("request_duration_seconds", "handoff_latency_seconds"):
        rows = [(float(dict(labels)["le"]), value) for (key, labels), value in found.items()
                if key == "baton_%s_bucket" % name]
        must_equal(rows, sorted(rows), "order of the bounds of " + name)
        must(all(a[1] <= b[1] for a, b in zip(rows, rows[1:])), "%s shrinks: %r" % (name, rows))
        must_equal(rows[-1], (float("inf"), found.get_one(name + "_count")), "the last bucket of " + name)


@test
def connections_are_counted_by_what_they_wait_for(fixture):
    server, port = fixture.start_another()

    def states():
        return {name: n for name, n in figures(port)["total"]["connections"].items() if n}
    wait_until(lambda: not states(), "silence")
    idle, half, stuck, body = (server.connect() for _ in range(4))
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    idle.sendall(request("GET", "/1k.txt"))
    half.sendall(b"GET /1k")
    stuck.sendall(request("GET", "/8m.bin"))
    body.sendall(request("GET", "/1k.txt", "Content-Length: 10"))
    wait_until(lambda: states() == {"idle": 1, "reading_head": 1, "sending": 1, "reading_body": 1}, "each state")
    for sock in (idle, half, stuck, body):
        sock.close()
    wait_until(lambda: not states(), "their end")


@test
def a_prometheus_scraper_has_no_complaint(fixture):
    text = ask(fixture.port)[2]
    done = subprocess.run(["promtool", "check", "metrics"], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=PATIENCE, check=False)
    must(done.returncode == 0 and not done.stdout.strip(), done.stdout.decode())
    must_equal(ask(fixture.port)[1]["content-type"], "text/plain; version=0.0.4; charset=utf-8", "type")


@test
def json_and_metrics_say_the_same(fixture):
    exchange(fixture.server, request("GET", "/1k.txt", last=True))
    wait_until(lambda: sum(figures(fixture.port)["total"]["connections"].values()) == 0, "the end of all connections")
    status, found = figures(fixture.port), metrics(fixture.port)
    for method, row in status["total"]["requests"].items():
        for code, n in row.items():
            must_equal(n, found.get_one("requests_total", method=method, code=code), "requests")
    for name, n in status["total"]["closed_connections"].items():
        must_equal(n, found.get_one("closed_connections_total", reason=name), "ends")
    for name in ("sent_bytes", "body_bytes", "received_bytes", "accepted_connections", "cache_evictions"):
        must_equal(status["total"][name], found.get_one(name + "_total"), name)
    times = status["total"]["request_duration_seconds"]
    must_equal(times["count"], sum(n for _, n in times["buckets"]), "buckets")
    must(0 < times["p50"] <= times["p90"] <= times["p99"] <= times["p999"] < PATIENCE, repr(times))
    must_equal(len(status["workers"]), 2, "workers")
    must_equal(status["listeners"][0], "http://127.0.0.1:%d" % fixture.server.port, "listener")
    must_equal(status["health"], "ok", "health")


@test
def each_path_has_its_answer_and_other_requests_are_refused(fixture):
    must_equal(ask(fixture.port, "/healthz")[::2], (200, b"ok\n"), "/healthz")
    for path in ("/", "/metrics", "/status.json", "/healthz"):
        status, fields, body = ask(fixture.port, path)
        must_equal((status, fields["cache-control"], fields["x-content-type-options"]), (200, "no-store", "nosniff"), path)
        must_equal(int(fields["content-length"]), len(body), "length of " + path)
        status, fields, body = ask(fixture.port, path, "HEAD")
        must_equal((status, body), (200, b""), "HEAD " + path)
        must_equal(ask(fixture.port, path, "POST")[0], 405, "POST " + path)
        must_equal(ask(fixture.port, path, "BREW")[0], 501, "BREW " + path)
    policy = ask(fixture.port, "/")[1]["content-security-policy"]
    must(policy.startswith("default-src 'none'; connect-src 'self'") and policy.count("'sha256-") == 2, policy)
    for path in ("/nope", "/metrics/", "/1k.txt", "/.hidden"):
        must_equal(ask(fixture.port, path)[0], 404, path)
    must_equal(ask(fixture.port, "/..%2f..%2fetc/passwd")[0], 400, "a path with an encoded slash")


@test
def who_asks_for_the_figures_is_not_in_them(fixture):
    server, port = fixture.start_another()
    exchange(server, request("GET", "/1k.txt", last=True))
    wait_until(lambda: sum(figures(port)["total"]["connections"].values()) == 0, "the end of all connections")
    before = figures(port)["total"]
    for _ in range(10):
        ask(port)
    after = figures(port)["total"]
    for name in ("requests", "sent_bytes", "accepted_connections", "received_bytes"):
        must_equal(after[name], before[name], name)
    must(server.alive(), "it ended")


@test
def health_is_503_while_it_drains_and_connections_are_still_answered(fixture):
    def attempt(delay):
        server, port = fixture.start_another({"server": {"workers": 1, "drain_delay": "%ds" % delay}})
        must_equal(ask(port, "/healthz")[0], 200, "before")
        began = time.monotonic()
        server.signal(signal.SIGTERM)
        try:
            # A worker that is held up for a moment is told of first.
            wait_until(lambda: ask(port, "/healthz")[::2] == (503, b"draining\n"), "503 with the reason")
            must_equal(metrics(port).get_one("draining"), 1, "baton_draining")
            must_equal(figures(port)["health"], "draining", "health")
            must(b" 200 OK" in exchange(server, request("GET", "/1k.txt"))[1], "no answer in the delay")
        except (AssertionError, OSError, http.client.HTTPException):
            if time.monotonic() - began >= delay:
                raise TooSlow from None
            raise
        must_equal(server.wait(PATIENCE), 0, "exit status")
    in_time(attempt, (2, 8, 32, 128))


@test
def no_counter_goes_back_when_it_is_reloaded_under_load(fixture):
    server, port = fixture.start_another()
    path = os.path.join(server.top, server.name + ".ini")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    over = threading.Event()

    def load():
        while not over.is_set():
            exchange(server, request("GET", "/1k.txt"), request("GET", "/nope", last=True))
    threads = [threading.Thread(target=load) for _ in range(3)]
    idle = server.connect()
    idle.sendall(request("GET", "/1k.txt"))
    must(b" 200 OK" in idle.recv(4096), "no answer")
    for thread in threads:
        thread.start()
    try:
        last, reloads = metrics(port), 0
        for round_ in range(12):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace("workers = 2", "workers = %d" % (1 + 3 * (round_ % 2))))
            server.signal(signal.SIGHUP)
            reloads += 1
            for _ in range(5):
                now = metrics(port)
                back = {key: (value, now.get(key)) for key, value in last.growing().items() if now.get(key, -1) < value}
                must(not back, "went back: %r" % back)
                last = now
            wait_until(lambda: metrics(port).get_one("generation") == reloads + 1, "generation %d" % (reloads + 1))
    finally:
        over.set()
        for thread in threads:
            thread.join()
    wait_until(lambda: metrics(port).get_one("reloads_total", result="ok") == reloads, "the last reload")
    must(last.get_one("closed_connections_total", reason="passed") >= 0, "no such reason")
    idle.sendall(request("GET", "/1k.txt", last=True))
    must(b" 200 OK" in idle.recv(4096), "the idle connection was closed")
    idle.close()
    with open(path, "a", encoding="utf-8") as file:
        file.write("\nnonsense\n")
    server.signal(signal.SIGHUP)
    wait_until(lambda: metrics(port).get_one("reloads_total", result="refused") == 1, "the refusal")
    must_equal(metrics(port).get_one("config_last_reload_successful"), 0, "last reload")


def _rude(port, data, read=True):
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as sock:
        try:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            return sock.recv(1 << 16) if read else b""
        except OSError:
            return b""


@test
def hostile_requests_to_the_status_listener_harm_nobody(fixture):
    server, port = fixture.start_another()
    must(b" 400 " in _rude(port, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), "two hosts")
    must(b" 431 " in _rude(port, b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 9000 + b"\r\n\r\n"), "a large head")
    must(b" 414 " in _rude(port, b"GET /" + b"y" * 2000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"), "a long target")
    must(b" 413 " in _rude(port, b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"), "a body")
    must(b" 400 " in _rude(port, bytes(range(256)) * 20), "noise")
    _rude(port, request("GET", "/metrics") * 2000, read=False)
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS + 20)]
    greedy = silent[:20]
    for sock in greedy:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            sock.sendall(request("GET", "/status.json") * 500)
        except OSError:
            pass
    must(b" 200 OK" in exchange(server, request("GET", "/1k.txt", last=True))[1], "no answer beside the crowd")
    with open("/proc/%d/status" % server.pid, encoding="ascii") as file:
        kib = int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])
    must(kib < 300 * KIB, "%d KiB of memory" % kib)
    for sock in silent:
        sock.close()
    must_equal(ask(port, "/healthz")[0], 200, "health after it")
