# SPDX-License-Identifier: MIT
"""Of tests/life/start_stop: too many clients, too few descriptors, and clients that are slow."""

import errno
import select
import socket
import time

from batontest.client import GET, begin_download, read_answer, serve_all
from batontest.expect import must, must_rest
from batontest.faults import Faults
from batontest.patience import PATIENCE
from batontest.run import test


def max_connections(fixture, mode):
    server = fixture.start({"server": {"max_connections": 10, "workers": 2, "accept": mode},
                            "listen main": {"defer_accept": "no"}})
    busy = [server.connect() for _ in range(10)]
    socks = []
    try:
        for sock in busy:
            sock.sendall(GET[:-2])
        time.sleep(0.2)
        socks += [server.connect() for _ in range(60)]
        for sock in socks:
            sock.sendall(GET)
        must_rest(server, 0.2, "where all wait")
        served = select.select(socks, [], [], 0)[0]
        must(not served, "%d were served at once" % len(served))
        for sock in busy:
            sock.sendall(GET[-2:])
        serve_all(busy + socks)
        must(server.alive(), "it died")
    finally:
        for sock in busy + socks:
            sock.close()


@test
def beyond_max_connections_clients_wait_and_are_served(fixture):
    max_connections(fixture, "handoff")


@test
def beyond_max_connections_with_reuseport_too(fixture):
    max_connections(fixture, "reuseport")


@test
def an_error_of_one_connection_that_is_one_of_all_is_waited_for(fixture):
    faults = Faults(fixture.batond, fixture.top)
    for mode in ("handoff", "reuseport"):
        server = fixture.start({"server": {"workers": 1, "accept": mode}, "listen main": {"defer_accept": "no"}}, name=mode,
                               environment=faults.environment)
        with faults.during("accept4 fail %d" % errno.EPERM):
            sock = server.connect()
            sock.sendall(GET)
            must_rest(server, 0.2, "while nobody can be accepted")
        must(read_answer(sock).status == 200, "another status")
        sock.close()


def descriptors_run_out(fixture, mode):
    server = fixture.start({"server": {"max_connections": 10000, "workers": 2, "accept": mode},
                            "listen main": {"defer_accept": "no"}}, nofile=40)
    with server.connect() as sock:
        sock.sendall(GET)
        read_answer(sock)
    socks = [server.connect() for _ in range(200)]
    try:
        for sock in socks:
            sock.sendall(GET)
        must(select.select(socks, [], [], PATIENCE)[0], "nobody is served")
        must_rest(server, 0.3, "without descriptors")
        serve_all(socks)
        must(server.alive(), "it died")
    finally:
        for sock in socks:
            sock.close()
    with server.connect() as sock:
        sock.sendall(GET)
        must(read_answer(sock).status == 200, "not served afterwards")


@test
def when_descriptors_run_out_clients_wait_and_are_served(fixture):
    descriptors_run_out(fixture, "handoff")


@test
def when_descriptors_run_out_with_reuseport_too(fixture):
    descriptors_run_out(fixture, "reuseport")


def usual_time(server):
    """... of an answer: the median of many, of which a busy machine holds up some."""
    times = []
    with server.connect() as sock:
        for _ in range(51):
            began = time.monotonic()
            sock.sendall(GET)
            read_answer(sock)
            times.append(time.monotonic() - began)
    return sorted(times)[25]


@test
def slow_connections_stall_nobody(fixture):
    server = fixture.with_large_file().start()
    alone = usual_time(server)
    slow = [server.connect() for _ in range(100)]
    stuck = [begin_download(server)[0] for _ in range(4)]
    try:
        for sock in slow:
            sock.sendall(GET[:20])
        beside = min(usual_time(server) for _ in range(5))
        must(beside < 0.02 + 10 * alone, "an answer takes %.4f s beside them, %.4f s without" % (beside, alone))
    finally:
        for sock in slow + stuck:
            sock.close()


def is_cut_off(sock, a_second):
    """Whether the server resets the connection of one who reads so much."""
    deadline = time.monotonic() + PATIENCE
    sock.sendall(b"GET /large.bin HTTP/1.1\r\nHost: test\r\n\r\n")
    try:
        while time.monotonic() < deadline:
            time.sleep(1)
            if a_second:
                must(sock.recv(a_second), "closed, and all that was on its way came")
            elif (error := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)):
                return error == errno.ECONNRESET
    except ConnectionResetError:
        return True
    return False


@test
def who_reads_slowly_is_cut_off_however_much_is_in_the_sockets(fixture):
    fixture.with_large_file()
    for rate, a_second in (("0", 0), ("100k", 0), ("100k", 2048)):
        server = fixture.start({"limits": {"send_timeout": "2s", "min_send_rate": rate}}, name="at%s-%d" % (rate, a_second))
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            sock.settimeout(PATIENCE)
            sock.connect(("127.0.0.1", server.port))
            must(is_cut_off(sock, a_second), "%d bytes a second, min_send_rate = %s: goes on" % (a_second, rate))
        server.stop()
