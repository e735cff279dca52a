# SPDX-License-Identifier: MIT
"""ostree: a tree pulled object by object, and then only what is new in it."""

import filecmp
import os
import random

from batontest.expect import must, must_equal
from batontest.files import write
from batontest.run import test

FILES = 40


def ostree(house, *arguments):
    return house.run("ostree", *arguments)


def commit(house, repository):
    return ostree(house, "--repo=" + repository, "commit", "--branch=test", "--owner-uid=0", "--owner-gid=0", "tree").strip()


def objects(repository):
    return {os.path.relpath(os.path.join(top, name), repository)
            for top, _, names in os.walk(os.path.join(repository, "objects")) for name in names}


@test
def a_tree_is_pulled_and_then_what_is_new_in_it(house):
    repository = os.path.join(house.root, "ostree")
    ostree(house, "init", "--mode=archive", "--repo=" + repository)
    for number in range(FILES):
        os.makedirs(house.local("tree/%d" % (number % 4)), exist_ok=True)
        write(random.randbytes(3000), house.local("tree/%d/%d" % (number % 4, number)))
    commit(house, repository)
    ostree(house, "init", "--mode=bare-user-only", "--repo=copy")
    ostree(house, "--repo=copy", "remote", "add", "--no-gpg-verify", "origin", house.fresh.url("ostree"))
    ostree(house, "--repo=copy", "pull", "origin", "test")
    before = objects(repository)
    write(random.randbytes(3000), house.local("tree/0/0"))
    newest = commit(house, repository)
    house.fresh.mark()
    ostree(house, "--repo=copy", "pull", "origin", "test")
    ostree(house, "--repo=copy", "fsck")
    must_equal(ostree(house, "--repo=copy", "rev-parse", "origin:test").strip(), newest, "commit")
    ostree(house, "--repo=copy", "checkout", "-U", "origin:test", "out")
    for number in range(FILES):
        name = "%d/%d" % (number % 4, number)
        must(filecmp.cmp(house.local("tree/" + name), house.local("out/" + name), shallow=False), "%s differs" % name)
    loaded = {line[1][len("/ostree/"):] for line in house.fresh.logged(4) if "/objects/" in line[1] and line[2] == 200}
    must_equal(loaded, objects(repository) - before, "objects that are loaded")
