# SPDX-License-Identifier: MIT
"""What a test of the daemon's life is given: a directory with a root, and daemons that serve it."""

import os
import shutil
import subprocess
import tempfile

from batontest.client import LARGE
from batontest.daemon import Batond
from batontest.patience import PATIENCE


class Fixture:
    """A place for one test: a root, a directory for configurations, and the daemons started in it."""

    def __init__(self, path):
        self.batond = path
        self.top = tempfile.mkdtemp(prefix="baton-life-")
        os.chmod(self.top, 0o755)
        self.root = os.path.join(self.top, "root")
        os.mkdir(self.root)
        self.daemons = []
        self._write("a.txt", b"alpha\n")

    def _write(self, name, data):
        with open(os.path.join(self.root, name), "wb") as file:
            file.write(data)

    def with_large_file(self):
        self._write("large.bin", b"0123456789abcdef" * (LARGE // 16))
        return self

    def start(self, changes=None, nofile=None, name="daemon", environment=None):
        server = Batond(self.batond, self.top, self.root, name, changes, nofile, environment)
        self.daemons.append(server)
        return server.start()

    def command(self, *arguments):
        return subprocess.run([self.batond, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=PATIENCE, cwd=self.top, check=False)

    def ini(self, text):
        path = os.path.join(self.top, "given.ini")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def clean(self):
        """Stop what runs; the first sanitizer report, or None."""
        for server in self.daemons:
            server.stop(within=3)
        reports = [server.sanitizer_report() for server in self.daemons]
        shutil.rmtree(self.top, ignore_errors=True)
        return next((report for report in reports if report), None)
