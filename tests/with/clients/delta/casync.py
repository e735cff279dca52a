# SPDX-License-Identifier: MIT
"""casync: files and trees out of a store of chunks, of which only those are fetched that a seed lacks."""

import filecmp
import os
import random

from batontest.expect import must, must_equal
from batontest.files import read, write
from batontest.run import test

SIZE = 4 << 20


def store(fixture):
    """A place for chunks below the root."""
    os.makedirs(os.path.join(fixture.root, "casync"), exist_ok=True)
    return os.path.join(fixture.root, "casync", "default.castr")


def stored(fixture):
    return {name for _, _, names in os.walk(store(fixture)) for name in names}


@test
def a_new_version_costs_the_chunks_that_the_old_one_lacks(fixture):
    old = random.Random("casync").randbytes(SIZE)
    new = old[:SIZE // 2] + b"inserted" + old[SIZE // 2:]
    write(new, fixture.local("new"))
    write(old, fixture.local("old"))
    fixture.run("casync", "make", "--store=" + store(fixture), "old.caibx", "old")
    before = stored(fixture)
    fixture.run("casync", "make", "--store=" + store(fixture), os.path.join(fixture.root, "casync", "new.caibx"), "new")
    missing = stored(fixture) - before
    must(0 < len(missing) < len(before), "%d chunks are new beside %d" % (len(missing), len(before)))
    fixture.run("casync", "extract", "--seed=old", fixture.main.url("casync/new.caibx"), "got")
    must_equal(read(fixture.local("got")), new, "file")
    lines = fixture.main.logged(1 + len(missing))
    must_equal({line[2] for line in lines}, {200}, "statuses")
    must_equal(sorted(os.path.basename(line[1]) for line in lines), sorted(missing | {"new.caibx"}), "what was asked")


@test
def a_tree_is_made_of_its_chunks(fixture):
    source = random.Random("tree")
    for name in ("a/one", "a/two", "b/c/three"):
        os.makedirs(os.path.dirname(fixture.local("tree/" + name)), exist_ok=True)
        write(source.randbytes(300_000), fixture.local("tree"), name)
    index = os.path.join(fixture.root, "casync", "tree.caidx")
    fixture.run("casync", "make", "--store=" + store(fixture), index, "tree")
    fixture.run("casync", "extract", fixture.main.url("casync/tree.caidx"), "got")
    for name in ("a/one", "a/two", "b/c/three"):
        same = filecmp.cmp(fixture.local("tree/" + name), fixture.local("got/" + name), shallow=False)
        must(same, "%s differs" % name)
