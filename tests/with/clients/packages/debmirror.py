# SPDX-License-Identifier: MIT
"""debmirror: a whole archive copied, and then only what changed."""

import os

from batontest.expect import must_equal
from batontest.files import read, write
from batontest.run import test

from packages.archive import Archive


def mirror(house, served):
    write(b"1;\n", house.local("debmirror.conf"))  # Perl, and no mirror of the machine's
    house.run("debmirror", "--config-file=" + house.local("debmirror.conf"), "--method=http", "--root=mirrored",
              "--host=127.0.0.1:%d" % served.port, "--dist=test", "--section=main", "--arch=amd64", "--nosource",
              "--ignore-release-gpg", "--no-check-gpg", "--rsync-extra=none", house.local("mirror"))


def pool_of(top):
    return {name: read(top, "pool", name) for name in os.listdir(os.path.join(top, "pool"))}


@test
def an_archive_is_copied_and_later_only_what_changed(house):
    archive = Archive(house, "mirrored")
    for number in range(5):
        archive.add("mirrored%d" % number, 50_000)
    archive.publish()
    mirror(house, house.fresh)
    must_equal(pool_of(house.local("mirror")), pool_of(archive.top), "packages")
    house.fresh.mark()
    archive.entries.pop("mirrored0")
    os.unlink(os.path.join(archive.top, "pool/mirrored0_1_all.deb"))
    pool = archive.add("mirrored9", 50_000)
    archive.publish()
    mirror(house, house.fresh)
    must_equal(pool_of(house.local("mirror")), pool_of(archive.top), "packages afterwards")
    fetched = [line[1:3] for line in house.fresh.logged() if line[1].endswith(".deb")]
    must_equal(fetched, [("/mirrored/" + pool, 200)], "log of the second time")
