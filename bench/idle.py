# SPDX-License-Identifier: MIT
"""What an idle keep-alive connection costs a server in memory of its own: PSS of its tree before and after."""

import select
import socket
import time

import report
import wire
from procs import BenchError, pss_bytes
from stage import Stage, say

SPARE_FDS = 256
PER_SOURCE = 2500  # connections from one address of 127.0.0.0/8; the ports of one would not be enough for many
IP_BIND_ADDRESS_NO_PORT = 24
SETTLE = 0.5


def dial(port, i):
    sock = socket.socket()
    try:
        sock.settimeout(wire.TIMEOUT)
        sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        sock.bind((f"127.0.0.{1 + i // PER_SOURCE % 200}", 0))
        sock.connect(("127.0.0.1", port))
    except BaseException:
        sock.close()
        raise
    return sock


def closed_by_server(socks):
    """How many are readable: on a connection that has had its answer, that can only be its end."""
    poll = select.poll()
    for sock in socks:
        poll.register(sock, select.POLLIN)
    return len(poll.poll(0))


def measure(stage, name, count):
    """Bytes before, bytes after, and how many connections the server gave up."""
    port = stage.ports[name]
    request = wire.get("/1k.html", port)
    socks = []
    try:
        wire.fetch(port, request)
        time.sleep(SETTLE)
        before = pss_bytes(stage.running[name].pid)
        for i in range(count):
            sock = dial(port, i)
            socks.append(sock)
            sock.sendall(request)
            if wire.read_response(sock).status != 200:
                raise BenchError(f"{name} refuses connection {i + 1}")
        time.sleep(SETTLE)
        after = pss_bytes(stage.running[name].pid)
        return {"before": before, "after": after, "closed": closed_by_server(socks), "count": count}
    finally:
        for sock in socks:
            sock.close()


def main(options):
    outcome = {"servers": {}}
    # nginx closes idle connections when fewer than a sixteenth of its own are free, so it gets a quarter more.
    with Stage(options, connections=options.connections * 5 // 4 + SPARE_FDS) as stage:
        outcome["machine"] = stage.describe()
        report.print_machine(outcome["machine"])
        count = min(options.connections, stage.fd_limit - 2 * SPARE_FDS)
        if count < options.connections:
            say(f"note: RLIMIT_NOFILE allows {count} connections here, not {options.connections}")
        for peer in stage.peers:
            stage.start(peer)
            try:
                outcome["servers"][peer.name] = measure(stage, peer.name, count)
            except OSError as error:
                say(f"{peer.name} is left out: {error}")
            stage.stop(peer.name)
    report.print_idle(count, outcome["servers"])
    report.write_json(options.json, outcome)
    return 0
