# SPDX-License-Identifier: MIT
"""Of tests/life/reload_trouble: an address becomes more, less, or another spelling of the same."""

import os
import socket

from batontest.change import Upgraded, reload, rewrite, upgrade
from batontest.client import must_answer
from batontest.expect import must, wait_until
from batontest.run import test

from visitors import Visitors


def hosts():
    """One after another: more, less, and the same in another spelling."""
    yield from ("0.0.0.0", "127.0.0.1", "0.0.0.0")
    if os.path.exists("/proc/net/if_inet6"):
        yield from ("[::]", "[0::0]", "0.0.0.0", "[::]")
    yield "127.0.0.1"


def is_open_beside(server):
    """Does 127.0.0.2, which is none but a wider address's, answer?"""
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.2", server.port)) == 0


def change_addresses(fixture, server, changes, renew):
    """Nobody is refused meanwhile. A unix socket may be spelled otherwise too."""
    with Visitors(server) as visitors:
        for number, host in enumerate(hosts()):
            path = os.path.join(server.top, "./" * (number % 2), os.path.basename(server.unix_path))
            rewrite(server, dict(changes, **{"listen main": {"address": "%s:%d" % (host, server.port)},
                                             "listen local": {"address": "unix:" + path}}))
            checked = fixture.command("-t", "-c", server.name + ".ini")
            must(checked.returncode == 0, "%s: %r" % (host, checked.stderr))
            renew(server)
            visitors.wait_for_more()
            with server.connect("unix") as sock:
                must_answer([sock])
            wait_until(lambda: is_open_beside(server) == (host != "127.0.0.1"), "%s: it is another address" % host)
        visitors.check()


@test
def an_address_may_become_more_or_less_at_a_reload(fixture):
    for accept in ("handoff", "reuseport"):
        changes = {"server": {"workers": 2, "accept": accept}, "log": {"access": "off"}}
        change_addresses(fixture, fixture.start(changes, name=accept), changes, reload)


@test
def an_address_may_become_more_or_less_at_an_upgrade(fixture):
    for accept in ("handoff", "reuseport"):
        changes = {"server": {"workers": 2, "accept": accept}, "log": {"access": "off"}}
        with Upgraded(fixture, changes, name=accept) as server:
            change_addresses(fixture, server, changes, upgrade)
