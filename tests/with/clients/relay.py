# SPDX-License-Identifier: MIT
"""A relay between client and daemon that counts what passes, keeps what was asked, and can cut an answer short.

It can also spoil what passes, without changing its length. A test that passes all the same does not look at that.
"""

import re
import select
import socket
import threading

ROOM = 128 * 1024
HEAD = 1000  # what is longer ends in content


def without(fields):
    """Neither side hears of these fields (NAME,...): the name gets another first letter."""
    field = re.compile(rb"(?<=\r\n)(?=(?:%s):)." % fields.replace(",", "|").encode(), re.I)
    return lambda data: field.sub(b"_", data)


def garbled(data):
    """A bit of the content is wrong now and then."""
    return data[:-1] + bytes([data[-1] ^ 1]) if len(data) > HEAD else data


class Asked:
    """One request without a body, as the client sent it."""

    def __init__(self, head):
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, self.version = first.split(" ")
        self.fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}


class Relay:
    """Listens (on any port, or on `listen`) until close(). `passed` counts the bytes that came from the daemon.

    `heard` is what each connection's client sent, in pieces as they came. A client gets no byte more once `passed` has
    come to `limit`: then every connection is closed. Where there is `enough` of it, a connection that so many have passed
    is left as it is until the client closes it. `spoil` is without(...), garbled or None.
    """

    def __init__(self, port, spoil=None, listen=0):
        self.target, self.passed, self.limit, self.enough, self.heard = port, 0, None, None, []
        self.spoil = spoil or (lambda data: data)
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", listen))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def requests(self):
        """What was asked, by connection. For clients that send no bodies."""
        return [[Asked(head) for head in b"".join(pieces).split(b"\r\n\r\n")[:-1]] for pieces in self.heard if pieces]

    def asked(self):
        """The same of all connections."""
        return [one for connection in self.requests() for one in connection]

    def forget(self):
        """Count from here."""
        with self.lock:
            self.passed, self.limit = 0, None
            for pieces in self.heard:
                pieces.clear()

    def _accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
                server = self._connect()
            except OSError:
                return
            ends, open_ways, pieces = (client, server), [0, 0], []
            self.heard.append(pieces)
            for source, sink, keep in ((client, server, pieces.append), (server, client, None)):
                source.settimeout(60)
                threading.Thread(target=self._run, args=(source, sink, keep, ends, open_ways), daemon=True).start()

    def _connect(self):
        """With little room in between, so that what passed is about what the client took."""
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
        server.connect(("127.0.0.1", self.target))
        return server

    def _run(self, source, sink, keep, ends, open_ways):
        """One way; whoever ends last, or badly, closes both ends."""
        try:
            self._pump(source, sink, keep or self._count)
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

    def _count(self, data):
        """How much of it may pass."""
        with self.lock:
            room = len(data) if self.limit is None else min(len(data), self.limit - self.passed)
            self.passed += room
        return room

    def _pump(self, source, sink, see):
        sink.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)
        total = 0
        for data in iter(lambda: source.recv(65536), b""):
            room = see(data)
            sink.sendall(self.spoil(data)[:room])
            if room is not None and room < len(data):
                raise ConnectionAbortedError("cut short")
            total += len(data)
            if self.enough and total > self.enough:
                left = select.poll()
                left.register(sink, select.POLLRDHUP)
                left.poll(60_000)
                return
