# SPDX-License-Identifier: MIT
"""apt: lists by their hash, and packages that come in a row over one connection, or in three pieces."""

from batontest.expect import must, must_equal
from batontest.run import test

from packages.archive import INDEX, Apt, Archive

LARGE = 3 << 20
PIECE = 1 << 20


@test
def lists_come_by_their_hash_and_are_not_loaded_again(fixture):
    archive = Archive(fixture, "apt-hash")
    archive.add("small", 1000)
    digest = archive.publish(plainly=False)
    apt = Apt(fixture, fixture.main.url("apt-hash"))
    apt.run("update")
    by_hash = "/apt-hash/dists/test/%s/by-hash/SHA256/%s" % (INDEX, digest)
    must(("GET", by_hash, 200) in [line[:3] for line in fixture.main.logged()], "log: %r" % fixture.main.logged())
    fixture.main.mark()
    said = apt.run("update")
    must_equal([line[2] for line in fixture.main.logged(2) if line[1].endswith("/Release")], [304], "log of the second time")
    must("Hit:" in said and by_hash not in [line[1] for line in fixture.main.logged()], "it loaded again: %s" % said)


def cut_short(fixture, archive, name):
    """An apt that got a piece of a package, and the relay through which it asks."""
    archive.publish()
    served, relay = fixture.through_relay(fixture.fresh)
    apt = Apt(fixture, served.url(archive.path))
    apt.run("update")
    relay.forget()
    served.mark()
    relay.limit = PIECE
    apt.download(name, status=100)
    return apt, served, relay


@test
def a_package_that_is_cut_short_twice_comes_in_three_pieces(fixture):
    archive = Archive(fixture, "apt-cut")
    pool = archive.add("large", LARGE)
    apt, served, relay = cut_short(fixture, archive, "large")
    first = len(apt.got(pool))
    must(0 < first < PIECE, "%d bytes after the first time" % first)
    relay.forget()
    relay.limit = PIECE
    apt.download("large", status=100)
    second = len(apt.got(pool))
    must(first < second < 2 * PIECE, "%d bytes after the second time, %d after the first" % (second, first))
    relay.forget()
    apt.download("large")
    must_equal(apt.got(pool), archive.content(pool), "package")
    must_equal([line[2] for line in served.logged(3)], [200, 206, 206], "log")
    must_equal([one.fields["range"] for one in relay.asked()], ["bytes=%d-" % second], "what the third time asked for")


@test
def a_package_that_changed_meanwhile_is_fetched_from_its_beginning(fixture):
    archive = Archive(fixture, "apt-changed")
    archive.add("large", LARGE)
    apt, served, relay = cut_short(fixture, archive, "large")
    pool = archive.add("large", LARGE, seconds=3600)
    archive.publish()
    relay.forget()
    apt.run("update")
    served.mark()
    apt.download("large")
    must_equal(apt.got(pool), archive.content(pool), "package")
    must_equal(served.statuses(), [200], "log")


@test
def packages_are_asked_for_in_a_row_on_one_connection(fixture):
    archive = Archive(fixture, "apt-row")
    pools = [archive.add("row%02d" % number, 5000 * number) for number in range(12)]
    archive.publish()
    served, relay = fixture.through_relay(fixture.main)
    apt = Apt(fixture, served.url("apt-row"))
    apt.run("update")
    relay.forget()
    served.mark()
    apt.download(*("row%02d" % number for number in range(12)))
    for pool in pools:
        must_equal(apt.got(pool), archive.content(pool), pool)
    must_equal(served.statuses(12), [200] * 12, "log")
    must_equal([len(connection) for connection in relay.requests()], [12], "requests on each connection")
    must(any(piece.count(b"GET ") > 1 for pieces in relay.heard for piece in pieces), "it never asked before an answer came")
