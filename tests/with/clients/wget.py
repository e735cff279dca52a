# SPDX-License-Identifier: MIT
"""wget: resumed downloads, timestamps, spiders, and a whole site."""

import filecmp
import os
import time

from batontest.expect import must, must_equal
from batontest.files import age, read, write
from batontest.run import test

from fixture import DAY, DEMO, FILES, MIB


def wget(house, *arguments, status=0, within=20):
    done = house.command("wget", "--no-config", "-nv", "-t", "1", "-T", "10", *arguments, within=within)
    must(done.returncode == status, "exit status %d, expected %d: %s" % (
        done.returncode, status, done.stderr.decode(errors="replace")[-300:]))
    return done.stderr.decode(errors="replace")


@test
def c_fetches_the_half_that_is_missing(house):
    write(FILES["1m.txt"][:MIB // 2], house.local("1m.txt"))
    wget(house, "-c", house.main.url("files/1m.txt"))
    must_equal(read(house.local("1m.txt")), FILES["1m.txt"], "file")
    must_equal(house.main.logged(), [("GET", "/files/1m.txt", 206, MIB // 2)], "log")


@test
def c_leaves_a_whole_file_alone(house):
    write(FILES["1m.txt"], house.local("1m.txt"))
    wget(house, "-c", house.main.url("files/1m.txt"))
    must_equal(read(house.local("1m.txt")), FILES["1m.txt"], "file")
    must_equal(house.main.statuses(), [416], "log")


@test
def n_fetches_a_file_again_only_when_it_changed(house):
    path = write(b"first\n", house.file("stamped.txt"))
    age(path, 2 * DAY)
    url = house.main.url("files/stamped.txt")
    wget(house, "-N", url)
    must_equal(int(os.stat(house.local("stamped.txt")).st_mtime), int(os.stat(path).st_mtime), "time of the copy")
    wget(house, "-N", url)
    write(b"second\n", path)
    age(path, DAY)
    time.sleep(1.1)  # cache_ttl
    wget(house, "-N", url)
    must_equal(read(house.local("stamped.txt")), b"second\n", "file")
    must_equal(house.main.statuses(3), [200, 304, 200], "log")


@test
def a_spider_learns_what_is_there_and_loads_nothing(house):
    wget(house, "--spider", house.main.url("files/1m.txt"))
    wget(house, "--spider", house.main.url("files/missing"), status=8)
    must_equal([line[::2] for line in house.main.logged(2)][:2], [("HEAD", 200), ("HEAD", 404)], "log")
    must_equal(os.listdir(house.room), [], "what was loaded")


def differences(left, right):
    """Names that only one of two directories has, or whose files differ in any byte."""
    compared = filecmp.dircmp(left, right)
    found = compared.left_only + compared.right_only + compared.funny_files
    found += [name for name in compared.common_files if read(left, name) != read(right, name)]
    for name in compared.common_dirs:
        found += ["%s/%s" % (name, one) for one in differences(os.path.join(left, name), os.path.join(right, name))]
    return found


# A 304 has no Content-Type, for which wget would follow no links; so it asks by HEAD whether anything is newer.
@test
def the_whole_demo_site_is_loaded_by_its_links(house):
    wget(house, "-r", "-l", "5", "-nH", "-e", "robots=off", "-P", "copy", house.main.url(""))
    must_equal(differences(DEMO, house.local("copy")), [], "differences")
    lines = house.main.logged()
    must(all(status == 200 for _, _, status, _ in lines), "log: %r" % lines)
    house.main.mark()
    wget(house, "-r", "-l", "5", "-nH", "-N", "--no-if-modified-since", "-e", "robots=off", "-P", "copy",
         house.main.url(""))
    must_equal({line[0] for line in house.main.logged(len(lines))}, {"HEAD"}, "methods of a second run")
    must_equal(differences(DEMO, house.local("copy")), [], "differences afterwards")


@test
def a_list_of_files_comes_over_one_connection(house):
    write("".join(house.main.url("files/n%d.txt\n" % n) for n in (1, 2, 3)).encode(), house.local("list"))
    said = wget(house, "-v", "-i", "list")
    must_equal(said.count("Reusing existing connection"), 2, "connections used again")
    must_equal([read(house.local("n%d.txt" % n)) for n in (1, 2, 3)], [b"one\n", b"two\n", b"three\n"], "files")
