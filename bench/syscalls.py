# SPDX-License-Identifier: MIT
"""System calls a request, counted by strace while connections that are open already ask for one cached file."""

import os
import signal
import socket
import subprocess
import time

import report
import wire
from procs import BenchError, child_setup, tasks
from stage import Stage, need

CONNECTIONS = 64
PATIENCE = 10.0
TIME_LIMIT = 120.0
PER_REQUEST_MAX = 2.1
RARE_MAX = 0.001  # a request; the cache looks at the file again once a second, and that is meant
RARE = "stat lstat fstat statx newfstatat open openat openat2 clock_gettime clock_gettime64 epoll_ctl futex".split()


class Client:
    """Asks on all connections, then hears all answers, again and again."""

    def __init__(self, port):
        self.request = wire.get("/1k.html", port)
        self.socks = []
        self.port = port
        self.answer_len = 0

    def __enter__(self):
        for _ in range(CONNECTIONS):
            sock = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
            self.socks.append(sock)
            sock.sendall(self.request)
            self.answer_len = len(wire.read_response(sock).bytes)
        return self

    def __exit__(self, *_):
        for sock in self.socks:
            sock.close()

    def hear(self, sock):
        left = self.answer_len
        while left > 0:
            data = sock.recv(left)
            if not data:
                raise BenchError("the server closed a connection that it was to keep")
            left -= len(data)

    def drive(self, requests):
        """At least so many requests; returns how many. Ends early, with fewer, at the time limit."""
        done = 0
        deadline = time.monotonic() + TIME_LIMIT
        while done < requests and time.monotonic() < deadline:
            for sock in self.socks:
                sock.sendall(self.request)
            for sock in self.socks:
                self.hear(sock)
            done += len(self.socks)
        return done


def traced(pid, tid):
    try:
        with open(f"/proc/{pid}/task/{tid}/status") as status:
            return any(line.startswith("TracerPid:") and line.split()[1] != "0" for line in status)
    except OSError:
        return True


def attach(root, output):
    """strace on every thread of the tree; returns when all are held."""
    found = tasks(root)
    argv = ["strace", "-f", "-c", "-o", str(output)]
    for pid in sorted({pid for pid, _ in found}):
        argv += ["-p", str(pid)]
    strace = subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=child_setup(None),
    )
    deadline = time.monotonic() + PATIENCE
    while not all(traced(*task) for task in found):
        if strace.poll() is not None:
            raise BenchError("strace failed: " + strace.stdout.read().strip())
        if time.monotonic() > deadline:
            strace.kill()
            strace.wait()
            raise BenchError("strace did not attach")
        time.sleep(0.01)
    return strace


def detach(strace):
    strace.send_signal(signal.SIGINT)
    try:
        strace.communicate(timeout=PATIENCE)
    finally:
        if strace.poll() is None:
            strace.kill()
            strace.wait()


def parse(text):
    """strace's summary: `% time seconds usecs/call calls [errors] name`."""
    calls = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 5 and words[3].isdigit() and words[-1] != "total":
            calls[words[-1]] = int(words[3])
    return calls


def judge(calls, requests):
    """What is wrong, in words."""
    wrong = []
    each = sum(calls.values()) / requests
    if each > PER_REQUEST_MAX:
        wrong.append(f"{each:.3f} system calls a request, more than {PER_REQUEST_MAX}")
    for name in RARE:
        if calls.get(name, 0) / requests > RARE_MAX:
            wrong.append(f"{name} {calls[name] / requests:.4f} times a request, more than {RARE_MAX}")
    return wrong


def main(options):
    need("strace")
    with Stage(options) as stage:
        peer = stage.peers[0]
        stage.start(peer)
        process = stage.running[peer.name]
        os.sched_setaffinity(0, stage.client_cpus)
        with Client(stage.ports[peer.name]) as client:
            client.drive(10 * CONNECTIONS)
            output = stage.home / "strace"
            strace = attach(process.pid, output)
            try:
                requests = client.drive(options.requests)
            finally:
                detach(strace)
        calls = parse(output.read_text())
    if requests < options.requests:
        raise BenchError(f"only {requests} requests in {TIME_LIMIT:.0f} s")
    wrong = judge(calls, requests)
    report.print_syscalls(peer.name, CONNECTIONS, requests, calls, wrong)
    report.write_json(options.json, {"server": peer.name, "requests": requests, "calls": calls, "wrong": wrong})
    return 1 if wrong else 0
