# SPDX-License-Identifier: MIT
"""Files that change under the daemon, in versions that can be told from each other.

A version of a file is one stamp of 16 bytes, its name and number, over and over. So a body that is torn between two
versions, or cut, or of another file, shows. The first letter of a name says what happens to the file:

    s m l   small, about cache_file_max, large; replaced by rename, always there
    t       replaced, truncated in place to half, removed, made again
    d       a directory with an index file, then a file, then a directory again
"""

import os
import random
import re
import time

from batontest.files import pattern

STAMP = 16
CACHE_FILE_MAX = 65536  # of the daemon: larger files are sent by sendfile
UNITS = {"s": (1, 600), "m": (3000, 2500), "l": (20000, 30000), "t": (200, 9000), "d": (1, 300)}
NAMES = ["s%d" % n for n in range(8)] + ["m0", "m1", "m2", "l0", "l1", "t0", "t1", "t2", "t3", "d0", "d1"]
STATIC = {"fixed.txt": pattern(1000), "big.bin": pattern(1024 * 1024)}


class Torn(Exception):
    """A body that no version of the file ever had."""


def units(name, version):
    """How many stamps the version has; neighbours differ."""
    least, spread = UNITS[name[0]]
    return least + version * 37 % spread


def body(name, version):
    return b"%7s %07d\n" % (name.encode(), version) * units(name, version)


def identify(name, content, first=0, whole=None):
    """The version that `content` is, or else Torn. A part begins at byte `first` of a file of `whole` bytes."""
    stamp = bytes(content[:STAMP])
    found = re.fullmatch(rb" *(\w+) (\d{7})\n", stamp)
    if not found or found[1].decode() != name:
        raise Torn("%s begins with %r" % (name, stamp))
    version = int(found[2])
    length = len(content) if whole is None else whole
    full = units(name, version)
    half = full // 2
    if length != full * STAMP and not (name[0] == "t" and length == half * STAMP):
        raise Torn("%s, version %d, has %d bytes in place of %d" % (name, version, length, full * STAMP))
    sound = _sound_length(content, stamp)
    zeroed = name[0] == "t" and length > CACHE_FILE_MAX and first + sound == half * STAMP
    if sound < len(content) and not (zeroed and _zeroed_in_flight(content, sound, stamp)):
        raise Torn("%s, version %d, is torn at byte %d of %d: %r" % (
            name, version, first + sound, length, bytes(content[sound:sound + STAMP])))
    return version


def _sound_length(content, stamp):
    """How many bytes from the start are stamps."""
    if bytes(content) == (stamp * (len(content) // STAMP + 1))[:len(content)]:
        return len(content)
    return next(at for at in range(0, len(content), STAMP) if not stamp.startswith(content[at:at + STAMP]))


def _zeroed_in_flight(content, sound, stamp):
    """Truncation clears the rest of the pages that it cuts, also where sendfile has already queued them; those behind
    stay as they were. No server that uses it can help that."""
    rest = bytes(content[sound:]).lstrip(b"\0")
    at = len(content) - len(rest)
    return at > sound and rest == (stamp * (len(rest) // STAMP + 2))[at % STAMP:][:len(rest)]


class Changer:
    """Changes the files below `root`, at random but by a seed. `top` holds what is on its way in or out."""

    def __init__(self, top, root, seed):
        self.root, self.limbo = root, os.path.join(top, "limbo")
        self.random = random.Random(seed)
        self.versions = dict.fromkeys(NAMES, 0)
        self.moved = 0
        os.makedirs(self.limbo, exist_ok=True)

    def _path(self, name):
        return os.path.join(self.root, name)

    def _away(self):
        self.moved += 1
        return os.path.join(self.limbo, "%d" % self.moved)

    def _fresh(self, name):
        """A file of the next version, not yet in the root."""
        self.versions[name] += 1
        path = self._away()
        with open(path, "wb") as file:
            file.write(body(name, self.versions[name]))
        return path

    def replace(self, name):
        os.rename(self._fresh(name), self._path(name))

    def _trouble(self, name):
        """t: one of the things that may happen to it."""
        path = self._path(name)
        if not os.path.exists(path) or self.random.random() < 0.4:
            self.replace(name)
        elif self.random.random() < 0.5:
            os.unlink(path)
        elif os.path.getsize(path) == units(name, self.versions[name]) * STAMP:
            os.truncate(path, units(name, self.versions[name]) // 2 * STAMP)

    def _flip(self, name):
        """d: a directory becomes a file, a file becomes a directory."""
        path, old = self._path(name), self._away()
        new = self._fresh(name)
        was_directory = os.path.isdir(path)
        if not was_directory:
            directory = self._away()
            os.mkdir(directory)
            os.rename(new, os.path.join(directory, "index.html"))
            new = directory
        os.rename(path, old)
        os.rename(new, path)
        if was_directory:
            os.unlink(os.path.join(old, "index.html"))
            os.rmdir(old)
        else:
            os.unlink(old)

    def populate(self):
        for name in NAMES:
            self.replace(name)
        for name, content in STATIC.items():
            with open(self._path(name), "wb") as file:
                file.write(content)

    def step(self):
        name = self.random.choice(NAMES)
        {"t": self._trouble, "d": self._flip}.get(name[0], self.replace)(name)

    def run(self, stop, pause=0.004):
        """Change until the event `stop` is set."""
        while not stop.is_set():
            self.step()
            time.sleep(pause)
