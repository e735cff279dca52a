# SPDX-License-Identifier: MIT
"""Calls of a running batond that are slow or fail: tests/lib/fault.c is preloaded, and a page steers it."""

import contextlib
import mmap
import os
import struct


class Faults:
    """The page. `environment` goes to the daemon before it starts."""

    def __init__(self, batond, top):
        self.library = os.path.join(os.path.dirname(os.path.abspath(batond)), "tests", "libfault.so")
        self.path = os.path.join(top, "faults")
        self.version = 0
        with open(self.path, "wb") as file:
            file.write(bytes(mmap.PAGESIZE))

    @property
    def environment(self):
        options = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return {"LD_PRELOAD": self.library, "FAULTS": self.path, "ASAN_OPTIONS": options}

    def set(self, *rules):
        """From now on these, and no others: "open delay 5000 /srv/"."""
        text = "".join(rule + "\n" for rule in rules).encode()
        self.version += 1
        with open(self.path, "r+b") as file:
            file.write(text.ljust(mmap.PAGESIZE - 4, b"\0") + struct.pack("=I", self.version))

    @contextlib.contextmanager
    def during(self, *rules):
        self.set(*rules)
        try:
            yield
        finally:
            self.set()
