# SPDX-License-Identifier: MIT
"""What a transcript may ask about the running daemon and its root."""

import os
import re
import urllib.parse

import docroot
from compare import Failed


class Environment:
    """One for each daemon; what was asked once is kept."""

    def __init__(self, server):
        self.server, self.memo, self.heads = server, {}, {}

    @property
    def port(self):
        return self.server.port

    def mtime(self, name):
        return int(os.stat(os.path.join(self.server.root, name)).st_mtime)

    def last(self, name):
        """Where a case is only measured."""
        return b'"0123456789abcdef-10"' if name.lower() == "etag" else b""

    def etag(self, name, coding=""):
        return self._ask("etag", name, coding or "identity")

    def type_of(self, name):
        """The type in which the file is served; a sibling has that of its original."""
        stem, suffix = docroot.original(name)
        return self._ask("content-type", stem, docroot.CODINGS[suffix]).decode("latin-1")

    def _ask(self, field, name, coding):
        if (name, coding) not in self.heads:
            with self.server.connect() as sock:
                sock.sendall(b"HEAD /%s HTTP/1.1\r\nHost: test\r\nAccept-Encoding: %s\r\nConnection: close\r\n\r\n" % (
                    urllib.parse.quote(name).encode(), coding.encode()))
                self.heads[name, coding] = b"".join(iter(lambda: sock.recv(65536), b""))
        found = re.search(rb"(?im)^%s: ?([^\r]+)\r" % field.encode(), self.heads[name, coding])
        if not found:
            raise Failed("no %s for %s" % (field, name))
        return found[1]
