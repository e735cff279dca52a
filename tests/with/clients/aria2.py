# SPDX-License-Identifier: MIT
"""aria2: one file in many segments, interrupted, and checked against the digest that the daemon gives."""

import base64
import hashlib
import os
import re

from batontest.expect import must, must_equal
from batontest.files import age, read, write
from batontest.run import test

from curl import wanted_digest
from fixture import DAY, MIB

LARGE = 64 * MIB
SEGMENTS = ("-x16", "-s16", "-k1M")


def aria2(fixture, *arguments, status=0):
    done = fixture.command("aria2c", "--no-conf", "--console-log-level=warn", "--file-allocation=none", "--max-tries=1",
                           "--show-console-readout=false", "--download-result=hide", *arguments, within=30)
    must_equal(done.returncode, status, "exit status, %s" % done.stdout.decode(errors="replace")[-300:])


def large(fixture):
    """The address of a file that is large, and made when it is first asked for."""
    if not os.path.exists(fixture.file("64m.bin")):
        age(write(os.urandom(LARGE), fixture.file("64m.bin")), DAY)
    return fixture.main.url("files/64m.bin")


def must_be_large(fixture, name):
    must_equal(hashlib.sha256(read(fixture.local(name))).hexdigest(),
               hashlib.sha256(read(fixture.file("64m.bin"))).hexdigest(), "sha256")
    must(not os.path.exists(fixture.local(name + ".aria2")), "aria2 believes that something is missing")


@test
def sixteen_segments_make_the_file(fixture):
    aria2(fixture, *SEGMENTS, "-o", "large", large(fixture))
    must_be_large(fixture, "large")
    lines = fixture.main.logged(16)
    must(sum(status == 206 for _, _, status, _ in lines) >= 15, "log: %r" % lines)
    must({status for _, _, status, _ in lines} <= {200, 206}, "log: %r" % lines)


@test
def an_interrupted_download_goes_on_where_it_was(fixture):
    url = large(fixture)
    aria2(fixture, *SEGMENTS, "--max-overall-download-limit=16M", "--stop=1", "-o", "large", url, status=7)
    must(os.path.exists(fixture.local("large.aria2")), "it was not interrupted")
    fixture.main.mark()
    aria2(fixture, *SEGMENTS, "-c", "-o", "large", url)
    must_be_large(fixture, "large")
    must(206 in fixture.main.statuses(2), "log of the second run: %r" % fixture.main.logged())


@test
def the_digest_that_the_daemon_gives_is_that_of_the_file(fixture):
    url = large(fixture)
    found = re.fullmatch(r"sha-256=:([^:]+):", wanted_digest(fixture, "-I", url, out=None) or "")
    must(found, "no Repr-Digest")
    digest = base64.b64decode(found[1]).hex()
    aria2(fixture, *SEGMENTS, "--checksum=sha-256=" + digest, "-o", "large", url)
    aria2(fixture, *SEGMENTS, "--checksum=sha-256=" + digest[::-1], "-o", "other", url, status=32)


@test
def a_file_that_is_the_same_is_not_loaded_again(fixture):
    url = fixture.main.url("files/1m.txt")
    for _ in range(2):
        aria2(fixture, "--conditional-get=true", "--allow-overwrite=true", "--remote-time=true", "-o", "one", url)
    must_equal(fixture.main.statuses(2)[-1], 304, "log")
