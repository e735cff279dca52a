# SPDX-License-Identifier: MIT
"""casync: files and trees out of a store of chunks, of which only those are fetched that a seed lacks."""

import filecmp
import os
import random

from batontest.expect import must, must_equal
from batontest.files import read, write
from batontest.run import test

SIZE = 4 << 20


def store(house):
    """A place for chunks below the root."""
    os.makedirs(os.path.join(house.root, "casync"), exist_ok=True)
    return os.path.join(house.root, "casync", "default.castr")


def stored(house):
    return {name for _, _, names in os.walk(store(house)) for name in names}


@test
def a_new_version_costs_the_chunks_that_the_old_one_lacks(house):
    old = random.Random("casync").randbytes(SIZE)
    new = old[:SIZE // 2] + b"inserted" + old[SIZE // 2:]
    write(new, house.local("new"))
    write(old, house.local("old"))
    house.run("casync", "make", "--store=" + store(house), "old.caibx", "old")
    before = stored(house)
    house.run("casync", "make", "--store=" + store(house), os.path.join(house.root, "casync", "new.caibx"), "new")
    missing = stored(house) - before
    must(0 < len(missing) < len(before), "%d chunks are new beside %d" % (len(missing), len(before)))
    house.run("casync", "extract", "--seed=old", house.main.url("casync/new.caibx"), "got")
    must_equal(read(house.local("got")), new, "file")
    lines = house.main.logged(1 + len(missing))
    must_equal({line[2] for line in lines}, {200}, "statuses")
    must_equal(sorted(os.path.basename(line[1]) for line in lines), sorted(missing | {"new.caibx"}), "what was asked")


@test
def a_tree_is_made_of_its_chunks(house):
    source = random.Random("tree")
    for name in ("a/one", "a/two", "b/c/three"):
        os.makedirs(os.path.dirname(house.local("tree/" + name)), exist_ok=True)
        write(source.randbytes(300_000), house.local("tree"), name)
    house.run("casync", "make", "--store=" + store(house), os.path.join(house.root, "casync", "tree.caidx"), "tree")
    house.run("casync", "extract", house.main.url("casync/tree.caidx"), "got")
    for name in ("a/one", "a/two", "b/c/three"):
        must(filecmp.cmp(house.local("tree/" + name), house.local("got/" + name), shallow=False), "%s differs" % name)
