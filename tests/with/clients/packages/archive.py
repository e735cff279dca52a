# SPDX-License-Identifier: MIT
"""An archive of Debian packages below the root, made by dpkg-deb and by hand, and an apt of our own that uses it."""

import hashlib
import os
import random
import time

from batontest.files import age, read, write

from fixture import DAY

CONTROL = """\
Package: %s
Version: %s
Architecture: all
Maintainer: Nobody <nobody@localhost>
Description: what a test installs
"""
RELEASE = """\
Origin: baton
Suite: test
Codename: test
Architectures: amd64
Components: main
Date: %s
Acquire-By-Hash: yes
SHA256:
"""
INDEX = "main/binary-amd64"
APT = """\
Dir "%(room)s";
Dir::Etc::Parts "%(room)s/etc/apt/preferences.d";
Dir::State::status "%(room)s/status";
Dir::Bin::Methods "/usr/lib/apt/methods";
Dir::Bin::dpkg "/usr/bin/dpkg";
Acquire::Languages "none";
Acquire::Retries "0";
APT::Update::Error-Mode "any";
APT::Sandbox::User "root";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
"""
DIRECTORIES = ("etc/apt/preferences.d", "var/lib/apt/lists/partial", "var/cache/apt/archives/partial", "var/log/apt")


class Archive:
    """`path` below the root, with a dist `test` and a component `main`. What publish() wrote may be used."""

    def __init__(self, fixture, path):
        self.fixture, self.path, self.top = fixture, path, os.path.join(fixture.root, path)
        self.entries, self.published = {}, 0

    def add(self, name, size, version="1", seconds=DAY):
        """A package with a file of so many bytes; where the .deb is below the archive."""
        work, pool = self.fixture.local("build/%s" % name), "pool/%s_%s_all.deb" % (name, version)
        for directory in (work + "/DEBIAN", work + "/usr/share/" + name, self.top + "/pool"):
            os.makedirs(directory, exist_ok=True)
        write(random.randbytes(size), work, "usr/share", name, "data")
        control = CONTROL % (name, version)
        write(control.encode(), work, "DEBIAN/control")
        self.fixture.run("dpkg-deb", "--root-owner-group", "-Znone", "-b", work, os.path.join(self.top, pool))
        age(os.path.join(self.top, pool), seconds)
        content = read(self.top, pool)
        self.entries[name] = "%sFilename: %s\nSize: %d\nMD5sum: %s\nSHA256: %s\n" % (
            control, pool, len(content), hashlib.md5(content).hexdigest(), hashlib.sha256(content).hexdigest())
        return pool

    def publish(self, plainly=True):
        """Write the index, by its hash and, if `plainly`, by its name too, and a Release newer than the last; the hash."""
        index = "\n".join(self.entries.values()).encode()
        digest, dist = hashlib.sha256(index).hexdigest(), os.path.join(self.path, "dists/test")
        self.published += 1
        seconds = DAY - self.published * 3600
        names = ["by-hash/SHA256/" + digest] + ["Packages"] * plainly
        for name in names:
            self.fixture.publish(index, os.path.join(dist, INDEX, name), seconds)
        date = time.strftime("%a, %d %b %Y %H:%M:%S UTC", time.gmtime(time.time() - seconds))
        line = " %s %d %s/Packages\n" % (digest, len(index), INDEX)
        self.fixture.publish((RELEASE % date + line).encode(), os.path.join(dist, "Release"), seconds)
        return digest

    def content(self, pool):
        return read(self.top, pool)


class Apt:
    """An apt whose lists, archives and configuration are in a directory of the room."""

    def __init__(self, fixture, source, name="apt", more=""):
        self.fixture, self.room = fixture, fixture.local(name)
        for directory in DIRECTORIES:
            os.makedirs(os.path.join(self.room, directory))
        write(b"", self.room, "status")
        write(("deb [trusted=yes] %s test main\n" % source).encode(), self.room, "etc/apt/sources.list")
        self.environment = {"APT_CONFIG": write((APT % {"room": self.room} + more).encode(), self.room, "apt.conf")}

    def run(self, *arguments, status=0):
        return self.fixture.run("apt-get", "-q", *arguments, status=status, environment=self.environment)

    def download(self, *packages, status=0):
        return self.run("-y", "-d", "install", *packages, status=status)

    def got(self, pool):
        """A .deb that was fetched, or as much of it as there is."""
        name = os.path.basename(pool)
        archives = os.path.join(self.room, "var/cache/apt/archives")
        whole = os.path.join(archives, name)
        return read(whole if os.path.exists(whole) else os.path.join(archives, "partial", name))
