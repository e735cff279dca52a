# SPDX-License-Identifier: MIT
"""A relay between client and daemon that counts what passes, and can take fields out of what both say.

A field's name gets another first letter, so that no length changes. A test that passes all the same does not
look at what the fields are for.
"""

import re
import socket
import threading

ROOM = 128 * 1024


class Relay:
    """Listens until close(). `passed` counts the bytes that came from the daemon."""

    def __init__(self, port, without=None):
        self.target, self.passed = port, 0
        self.field = re.compile(
            rb"(?<=\r\n)(?=(?:%s):)." % without.replace(",", "|").encode(), re.I) if without else None
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
                server = self._connect()
            except OSError:
                return
            ends, open_ways = (client, server), [0, 0]
            for source, sink in (ends, ends[::-1]):
                source.settimeout(60)
                threading.Thread(target=self._run, args=(source, sink, ends, open_ways), daemon=True).start()

    def _connect(self):
        """With little room in between, so that what passed is about what the client took."""
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
        server.connect(("127.0.0.1", self.target))
        return server

    def _run(self, source, sink, ends, open_ways):
        """One way; whoever ends last, or badly, closes both ends."""
        try:
            self._pump(source, sink, source is ends[1])
            sink.shutdown(socket.SHUT_WR)
            open_ways.pop()
            if open_ways:
                return
        except OSError:
            pass
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)  # wakes the other thread
            except OSError:
                pass
            end.close()

    def _pump(self, source, sink, count):
        sink.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)
        for data in iter(lambda: source.recv(65536), b""):
            if count:
                with self.lock:
                    self.passed += len(data)
            if self.field:
                data = self.field.sub(b"_", data)
            sink.sendall(data)
