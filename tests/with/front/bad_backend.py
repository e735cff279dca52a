# SPDX-License-Identifier: MIT
"""A server with faults on purpose: behind a front end it takes bytes of one request for another.

It serves the same files and writes the same log as the real one, so the checks of judge.py apply to it. Each fault is
one that servers have had; a check that passes with a fault in place checks nothing.
"""

import os
import re
import socket
import threading

# Each with the cases that show it: how their labels begin.
FAULTS = {
    "bodies are not read": ("body: ",),
    "the coding is not read": ("trailer: INNER", "length and coding: a request in a chunk of `chunked`"),
    "the length wins over the coding": ("length and coding: a request in a chunk",),
    "the last length wins": ("two lengths: ",),
    "a length counts up to its first other byte": ("length: ",),
    "a coding only has to contain chunked": ("length and coding: ", "hidden coding: "),
    "a LF ends a chunk's line": ("end of chunks: ",),
    "a chunk's size wraps at 32 bits": ("end of chunks: ",),
    "a CR ends a head's line": ("field: ",),
    "trailers are not read": ("trailer: ",),
    "white space may end a name": ("hidden coding: ",),
    "an answer to a coded request comes twice": ("trailer: X: y",),
}
FIELD = re.compile(rb"[\w!#$%&'*+.^`|~-]+:[^\x00-\x08\x0a-\x1f\x7f]*")


def escape(text):
    """As a log writes it."""
    return text.decode("latin-1").encode("unicode_escape").replace(b'"', b"\\x22")


class Reader:
    """The bytes of one connection."""

    def __init__(self, sock):
        self.sock, self.data = sock, b""

    def _more(self):
        more = self.sock.recv(65536)
        if not more:
            raise EOFError
        self.data += more

    def until(self, end):
        """Up to and with what the pattern matches."""
        while True:
            found = end.search(self.data)
            if found:
                taken, self.data = self.data[:found.end()], self.data[found.end():]
                return taken
            self._more()

    def take(self, size):
        while len(self.data) < size:
            self._more()
        taken, self.data = self.data[:size], self.data[size:]
        return taken


class BadBackend:
    """Listens on 127.0.0.1 from the start; `stop` ends it."""

    def __init__(self, port, root, log_path, faults):
        self.root, self.log_path, self.faults = root, log_path, faults
        self.listener = socket.create_server(("127.0.0.1", port), reuse_port=False)
        self.port = self.listener.getsockname()[1]
        self.lock, self.open = threading.Lock(), set()
        open(log_path, "wb").close()
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        for sock in [self.listener, *self.open]:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.listener.close()

    def _accept(self):
        while True:
            try:
                sock = self.listener.accept()[0]
            except OSError:
                return
            self.open.add(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        reader = Reader(sock)
        try:
            while self._one(sock, reader):
                pass
        except (EOFError, OSError, ValueError, IndexError):
            pass
        finally:
            self.open.discard(sock)
            sock.close()

    def _one(self, sock, reader):
        cr = rb"\r\n?" if "a CR ends a head's line" in self.faults else rb"\r\n"
        raw = reader.until(re.compile(cr + cr)).lstrip(b"\r\n")
        lines = [line for line in re.split(cr, raw) if line]
        fields = [self._field(line) for line in lines[1:]]
        method, target, _ = lines[0].split(b" ", 2)
        if not self._read_body(reader, fields):
            return False
        status, body = self._find(method, target)
        agent = next((value for name, value in fields if name == b"user-agent"), b"-")
        self._log(lines[0], status, agent)
        answer = b"HTTP/1.1 %d -\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        answer += b"" if method == b"HEAD" else body
        twice = "an answer to a coded request comes twice" in self.faults and b"chunked" in raw.lower()
        sock.sendall(answer * (2 if twice else 1))
        return True

    def _field(self, line):
        name, _, value = line.partition(b":")
        if "white space may end a name" in self.faults:
            name = name.strip()
        if not FIELD.fullmatch(name + b":" + value):
            raise ValueError(line)
        return name.lower(), value.strip(b" \t")

    def _find(self, method, target):
        path = os.path.join(self.root, target.lstrip(b"/").decode("latin-1"))
        if method not in (b"GET", b"HEAD"):
            return 405, b"no\n"
        if not os.path.isfile(path):
            return 404, b"none\n"
        with open(path, "rb") as file:
            return 200, file.read()

    def _log(self, line, status, agent):
        with self.lock, open(self.log_path, "ab") as log:
            log.write(b'127.0.0.1 - - [-] "%s" %d 0 "-" "%s"\n' % (escape(line), status, escape(agent)))

    def _read_body(self, reader, fields):
        """False when the framing is refused. Without a fault, what is doubtful is."""
        faults = self.faults
        codings = [value.lower() for name, value in fields if name == b"transfer-encoding"]
        lengths = [value for name, value in fields if name == b"content-length"]
        if "bodies are not read" in faults:
            return True
        if codings and "the coding is not read" in faults:
            codings = []
        if codings and lengths and not faults:
            return False
        if lengths and "the length wins over the coding" in faults:
            codings = []
        if codings:
            loose = "a coding only has to contain chunked" in faults and b"chunked" in codings[-1]
            return (loose or codings == [b"chunked"]) and self._read_chunks(reader)
        if len(lengths) > 1 and "the last length wins" not in faults:
            return False
        return not lengths or self._read_length(reader, lengths[-1])

    def _read_length(self, reader, value):
        if "a length counts up to its first other byte" in self.faults:
            value = re.match(rb"\d*", value)[0] or b"0"
        if not re.fullmatch(rb"\d{1,15}", value):
            return False
        reader.take(int(value))
        return True

    def _read_chunks(self, reader):
        line_end = re.compile(rb"\n" if "a LF ends a chunk's line" in self.faults else rb"\r\n")
        while True:
            line = reader.until(line_end)
            size = re.fullmatch(rb"([0-9A-Fa-f]+)(?:;[^\r\n]*)?\r?\n", line)
            if not size:
                return False
            number = int(size[1], 16)
            if "a chunk's size wraps at 32 bits" in self.faults:
                number %= 2 ** 32
            if number == 0:
                break
            reader.take(number)
            if reader.until(line_end).strip():
                return False
        if "trailers are not read" in self.faults:
            return True
        while (line := reader.until(line_end)) != b"\r\n":
            if not FIELD.fullmatch(line.rstrip(b"\r\n")):
                return False
        return True
