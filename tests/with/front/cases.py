# SPDX-License-Identifier: MIT
"""What is sent: requests that two servers in a row might cut apart in different places.

A case is the bytes of one client up to the point where an innocent request follows. It hides a request for INNER:
in a body, in a value, behind a line that only some take for an end. Whoever answers that one took bytes of one
request for another.

    inner  never  by RFC 9112 INNER is not asked for: it is part of a body, or of what must be refused
           may    the client did ask for it, or a reader may say so (RFC 9112 2.2, a bare LF; 6.3, a length overruled)
    outer  must   nothing is wrong with the case: it and the innocent request behind it are answered
           may    the innocent request may be part of the body, or the connection may have been closed before it
           never  the connection ends with the case

ID stands for what makes the paths of a visit its own. What replaces it has the same length, so lengths stay true.
"""

import dataclasses

ID = b"@@@@@"
ROLES = ("self", "inner", "outer", "other")


def path_of(role, visit=ID):
    return b"/%s-%s.txt" % (visit, role.encode())


SELF, INNER, OUTER = (path_of(role) for role in ROLES[:3])


def content_of(path):
    """What is in the file of that path: its name, in marks that occur nowhere else."""
    return b"<<%s>>\n" % path


@dataclasses.dataclass(frozen=True)
class Case:
    """One thing to send."""

    family: str
    name: str
    wire: bytes
    inner: str = "never"
    outer: str = "may"
    twice: bool = False  # SELF is asked for in two requests

    @property
    def label(self):
        return "%s: %s" % (self.family, self.name)

    @property
    def truth(self):
        """The roles that the connection asks for, in order."""
        roles = ["self"] * (2 if self.twice else 1)
        roles += ["inner"] if self.inner == "may" else []
        return roles + (["outer"] if self.outer != "never" else [])

    def bytes(self, visit):
        return self.wire.replace(ID, visit)


def head(line, *fields):
    return b"\r\n".join((line,) + fields) + b"\r\n\r\n"


def request(*fields, method=b"GET", path=SELF, version=b"HTTP/1.1", body=b""):
    return head(method + b" " + path + b" " + version, b"Host: test", *fields) + body


def length(number):
    return b"Content-Length: %d" % number


def sized(body, *fields, **named):
    """A request with a body of known length."""
    return request(*fields, length(len(body)), body=body, **named)


def chunk(data, size=None):
    return (size or b"%x" % len(data)) + b"\r\n" + data + b"\r\n"


def coded(body, *fields, **named):
    """A request with these bytes as its coded body."""
    return request(*fields, CHUNKED, body=body, **named)


def quote(data):
    """Bytes as a word of a case's name."""
    text = data.decode("latin-1").encode("unicode_escape").decode("ascii")
    return text if len(text) <= 60 else text[:57] + "..."


CHUNKED = b"Transfer-Encoding: chunked"
LAST = b"0\r\n\r\n"
MAY, MUST, ENDS_HERE = {"inner": "may"}, {"outer": "must"}, {"outer": "never"}
WHOLE = request(path=INNER)
PREFIX = WHOLE[:-2] + b"X-Rest: "  # swallows the first line of whatever is read behind it
INNERS = (("a request", WHOLE), ("the beginning of a request", PREFIX))


def family(name):
    """Marks a generator of cases: (what is said, bytes, more of Case)."""
    def mark(generate):
        generate.family = name
        return generate

    return mark


# Values of Transfer-Encoding, and whether they say that the body is chunked.
CODINGS = (
    (b"chunked", True), (b"Chunked", True), (b"CHUNKED", True), (b" chunked", True), (b"\tchunked", True),
    (b"chunked \t", True), (b",chunked", True), (b"chunked,", True), (b"identity, chunked", True),
    (b"gzip, chunked", True), (b"chunked, chunked", True), (b"chunked, identity", False), (b"identity", False),
    (b"gzip", False), (b"", False), (b"xchunked", False), (b"chunkedx", False), (b"chunk", False),
    (b"x chunked", False), (b"chunked x", False), (b"chun ked", False), (b"chunked;q=1", False),
    (b'"chunked"', False), (b"\x0bchunked", False), (b"chunked\x0b", False), (b"\x0cchunked", False),
    (b"\x00chunked", False), (b"chunked\x00", False), (b"\x7fchunked", False), (b"\xa0chunked", False),
    (b"\xefchunked", False), (b"chunked\rx", False), (b"chun\xe2\x84\xaaed", False), (b"\\chunked", False),
    (b"chunked#", False), (b"{chunked}", False),
)


@family("length and coding")
def length_and_coding():
    """CL.TE: the coding ends before INNER, the length behind it. TE.CL: the other way round."""
    for value, chunked in CODINGS:
        coding, may = b"Transfer-Encoding: " + value, "may" if chunked else "never"
        for said, inner in INNERS[:1 if value != b"chunked" else 2]:
            short, long = LAST + inner, chunk(inner) + LAST
            yield "%s behind `%s`" % (said, quote(value)), request(length(len(short)), coding, method=b"POST",
                                                                  body=short), {"inner": may}
            yield "%s in a chunk of `%s`" % (said, quote(value)), request(
                coding, length(long.index(b"\r\n") + 2), method=b"POST", body=long), {}


# Field lines that some take for Transfer-Encoding: chunked, beside a length that is there for all. A name of another
# field is one, and a line that begins with white space may be unfolded: both mean the length.
HIDDEN_CODINGS = (
    b"Transfer-Encoding : chunked", b"Transfer-Encoding\t: chunked", b" Transfer-Encoding: chunked",
    b"\tTransfer-Encoding: chunked", b"Transfer_Encoding: chunked", b"Transfer.Encoding: chunked",
    b"Transfer-Encoding:\r\n chunked", b"Transfer-Encoding:\r\n\tchunked", b"X: y\nTransfer-Encoding: chunked",
    b"X: y\rTransfer-Encoding: chunked", b"X: y\r\rTransfer-Encoding: chunked", b"X:\nTransfer-Encoding: chunked",
    b"Transfer-Encoding:\nchunked", b"Transfer-Encoding:\rchunked", b"Transfer-Encoding\x00: chunked",
    b"Transfer\x00-Encoding: chunked", b"\x00Transfer-Encoding: chunked", b"Transfer-Encoding\x0b: chunked",
    b"\xffTransfer-Encoding: chunked", b"Transfer-Encoding\xff: chunked", b"Transfer-Encoding;: chunked",
    b"Transfer-Encoding chunked", b"Transfer-Encoding= chunked", b"\"Transfer-Encoding\": chunked",
    b"(Transfer-Encoding: chunked", b"Transfer Encoding: chunked", b"Transfer-Encoding\r\n: chunked",
    b": chunked\r\nTransfer-Encoding: chunked", b"X\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x", b"Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding:\r\nTransfer-Encoding: chunked", b"TE: chunked", b"X-Transfer-Encoding: chunked",
)


@family("hidden coding")
def hidden_coding():
    for line in HIDDEN_CODINGS:
        body, long = LAST + WHOLE, chunk(WHOLE) + LAST
        coded = "may" if b"\nTransfer" in line or line.startswith(b"Transfer-Encoding:\r\n") else "never"
        other = "may" if line.startswith((b"TE", b"X-T", b"Transfer_", b"Transfer.", b" ", b"\t")) else "never"
        yield "behind %s" % quote(line), request(length(len(body)), line, method=b"POST", body=body), {"inner": coded}
        yield "in a chunk, %s" % quote(line), request(line, length(4), method=b"POST", body=long), {"inner": other}


def lengths(n):
    """Values of Content-Length for a body of n bytes that are not a number, or another one."""
    d = b"%d" % n
    return (b"+" + d, b"-" + d, b"-1", d + b" " + d, d + b", " + d, d + b",", b"," + d, b"0, " + d, d + b", 0",
            d + b".0", b"0x%x" % n, b"0%o" % n if n < 8 else b"0o%o" % n, b"%de0" % n, d + b";", d + b"x", b"x" + d,
            b'"' + d + b'"', b"", b"\x0b" + d, d + b"\x0b", b"\x00" + d, d + b"\x00", b"\xa0" + d, b"0 " + d,
            d[:1] + b" " + d[1:], d[:1] + b"_" + d[1:], b"%d" % (2**32 + n), b"%d" % 2**32, b"%d" % (2**64 + n),
            b"%d" % 2**64, b"%d" % (2**63 - 1), b"%d" % 2**63, b"9" * 40, b"\xd9\xa1", d + b"\rx", d + b"\nX: y")


@family("length")
def bad_length():
    for method in (b"POST", b"GET"):
        for value in lengths(len(WHOLE))[::1 if method == b"POST" else 3]:
            # Behind a bare LF the length may be what stands before it: the body is the body.
            yield "%s `%s`" % (method.decode(), quote(value)), request(b"Content-Length: " + value, method=method,
                                                                       body=WHOLE), {}
    for value in (b"%d", b" %d", b"%d ", b"\t%d\t", b"0%d", b"000000000000000000000000000000%d"):
        yield "well: `%s`" % quote(value), request(b"Content-Length: " + value % len(WHOLE), body=WHOLE), {
            "outer": "may" if value[:1] in b"0\t" else "must"}


@family("two lengths")
def two_lengths():
    n = len(WHOLE)
    for one, two in ((n, n), (0, n), (n, 0), (n, n + 1), (n, n - 1), (1, n), (n, 1)):
        yield "%d and %d" % (one, two), request(length(one), length(two), method=b"POST", body=WHOLE), {}
        yield "%d, X, and %d in other case" % (one, two), request(
            length(one), b"X: y", b"CONTENT-LENGTH: %d" % two, body=WHOLE), {}


# Field lines that some take for a length, beside none: for all others INNER is the next request.
HIDDEN_LENGTHS = (
    b"Content-Length : %d", b"Content-Length\t: %d", b"Content_Length: %d", b" Content-Length: %d",
    b"Content-Length:\r\n %d", b"X: y\nContent-Length: %d", b"X: y\rContent-Length: %d", b"Content-Length\x00: %d",
    b"\x00Content-Length: %d", b"Content-Length %d", b"Content-Length\xa0: %d", b"X-Content-Length: %d",
    b"Content Length: %d", b"Content-Length= %d", b"Content-Length\r\n: %d", b"Content-Length:\n%d",
)


@family("hidden length")
def hidden_length():
    for line in HIDDEN_LENGTHS:
        inner = "may" if line.startswith((b"Content_", b"X", b" ")) else "never"
        yield quote(line), request(line % len(WHOLE), method=b"POST", body=WHOLE), {"inner": inner}
        yield quote(line) + " after a length of 0", request(
            length(0), line % len(WHOLE), method=b"POST", body=WHOLE), {"inner": inner}


# How a chunk's size may be written, well or badly; %s is its number in hexadecimal.
SIZES = (
    (b"%s", 1), (b"0%s", 1), (b"0000000%s", 1), (b"%s;x", 1), (b"%s;x=y", 1), (b'%s;x="y;z"', 1), (b"%s ", 0),
    (b" %s", 0), (b"\t%s", 0), (b"%s\t", 0), (b"%s ;x", 0), (b"%s; x", 0), (b"0x%s", 0), (b"+%s", 0), (b"-%s", 0),
    (b"%s,%s", 0), (b"%s %s", 0), (b"%sg", 0), (b"%s.0", 0), (b"_%s", 0), (b"%s_0", 0), (b"%s\x00", 0), (b"\x00%s", 0),
    (b"%s\x0b", 0), (b"%s\r", 0), (b"%s;x\rz", 0), (b"%s;x\x00z", 0), (b"00000000000000000000000000000000%s", 0),
    (b"1000000%s", 0), (b"100000000%s", 0), (b"10000000000000000%s", 0), (b"1000000000000000000%s", 0), (b"", 0),
    (b";x", 0), (b"%s;" + b"x" * 20000, 0), (b"%s\n", 0), (b"%s;x\n", 0), (b"\n%s", 0), (b"\r\n%s", 0), (b'%s;x="', 0),
    (b"'%s'", 0), (b"\xa0%s", 0), (b"%s\xa0", 0), (b"fffffffffffffffe", 0), (b"ffffffff", 0), (b"80000000", 0),
)


@family("chunk size")
def chunk_size():
    for form, well in SIZES:
        size = form.replace(b"%s", b"%x" % len(WHOLE))
        for method in (b"POST", b"GET")[:2 if well else 1]:
            yield "%s `%s`" % (method.decode(), quote(form)), coded(
                chunk(WHOLE, size) + LAST, method=method), {"outer": "must" if well else "may"}


# Bodies that end, or do not, by the way a line end is read. INNER stands behind what some take for the last chunk.
ENDS = (
    b"0\n\n", b"0\r\n\n", b"0\n\r\n", b"0\r\r", b"0\r\n\r", b"0\r\n\rx", b"0\r\n", b"0\r\nX: y\r\n", b"0\r\nX: y\n\r\n",
    b"0\r\nX: y\r\r\n", b"0;x\n\r\n", b"0;x\n\n", b"0 \r\n\r\n", b"00x\r\n\r\n", b"-0\r\n\r\n", b"+0\r\n\r\n",
    b"0x0\r\n\r\n", b"x\r\n\r\n", b"\r\n\r\n", b"\r\n", b"\n\n", b";\r\n\r\n", b"100000000\r\n\r\n",
    b"10000000000000000\r\n\r\n", b"-1\r\n\r\n", b"g\r\n\r\n", b"3\r\nabc0\r\n\r\n", b"3\r\nabc\n0\r\n\r\n",
    b"3\r\nabc\r0\r\n\r\n", b"3\r\nabcXX0\r\n\r\n", b"3\r\nabcd\r\n0\r\n\r\n", b"3\r\nab\r\n0\r\n\r\n",
    b"3\nabc\n0\n\n", b"3\r\nabc\r\n\r\n0\r\n\r\n", b"3;\nabc\r\n0\r\n\r\n", b"0\r\nX: y\x00\r\n\r\n",
    b"0\r\n X: y\r\n\r\n", b"0\r\nX : y\r\n\r\n", b"0\r\nX\r\n\r\n", b"0\r\n: y\r\n\r\n", b"0\r\nX: y\r\n z\r\n\r\n",
)


# A reader may take a LF for the end of a field line, and may unfold lines (RFC 9112 2.2, 5.2): that of a trailer, too.
LENIENT_ENDS = (b"0\r\n\n", b"0\r\nX: y\n\r\n", b"0\r\nX: y\r\n z\r\n\r\n")


@family("end of chunks")
def end_of_chunks():
    for end in ENDS:
        yield quote(end), coded(end + WHOLE, method=b"POST"), {
            "inner": "may" if end in LENIENT_ENDS else "never"}
    # A LF in an extension: one reader ends the line there, another at the CR LF behind it.
    inner = LAST + WHOLE
    yield "an extension with a LF that ends no line", request(
        CHUNKED, method=b"POST", body=b"2;\nxx\r\n%02x\r\n" % len(inner) + chunk(inner, b"0")[3:] + LAST), {}
    yield "an extension with a LF that ends its line", request(
        CHUNKED, method=b"POST", body=b"2;\n%02x\r\n%02x\r\n" % (len(inner), len(inner)) + inner + b"\r\n" + LAST), {}
    yield "a chunk of two bytes too many", request(
        CHUNKED, method=b"POST", body=b"5\r\nabcde%02x\r\n" % len(inner) + inner + b"\r\n" + LAST), {}


@family("trailer")
def trailer():
    for line in (b"X: y", b"Content-Length: 5", b"Content-Length: 0", b"Transfer-Encoding: chunked", b"Host: other",
                 b"Connection: close", b"Connection: keep-alive", b"Expect: 100-continue", b"Range: bytes=0-0",
                 b"X: y\r\nY: z", b"If-None-Match: *"):
        yield quote(line), coded(b"0\r\n" + line + b"\r\n\r\n"), MUST
    n = len(WHOLE)
    for line in (b"Content-Length: %d" % n, b"Transfer-Encoding: chunked\r\nContent-Length: %d" % n):
        yield "INNER behind %s" % quote(line), coded(b"0\r\n" + line + b"\r\n\r\n" + WHOLE), {
            "inner": "may"}
    yield "INNER is the trailer", coded(b"0\r\n" + WHOLE), {}
    yield "INNER in a value, behind CR", coded(b"0\r\nX: y\r\r" + WHOLE + b"\r\n"), {}
    yield "INNER is folded", coded(b"0\r\nX: y\r\n " + WHOLE), {}
    yield "20000 bytes", coded(b"0\r\nX: " + b"x" * 20000 + b"\r\n\r\n" + WHOLE), MAY
    yield "2000 fields", coded(b"0\r\n" + b"X: y\r\n" * 2000 + b"\r\n" + WHOLE), MAY


METHODS = (b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"TRACE", b"PROPFIND", b"get", b"CONNECT")


@family("body")
def bodies():
    for method in METHODS:
        more = MUST if method in METHODS[:7] else MAY if method == b"CONNECT" else {}
        for said, inner in INNERS:
            name = "%s with %s" % (method.decode(), said)
            yield name + " of a known length", sized(inner, method=method), more
            yield name + " in a chunk", coded(chunk(inner) + LAST, method=method), more
    for count in (3, 40, 400):
        yield "%d chunks of one byte, each a LF" % count, coded(chunk(b"\n") * count + chunk(WHOLE) + LAST), MUST
    many = WHOLE * 200
    yield "more than batond reads, of known length", sized(many * 120, method=b"POST"), {}
    yield "more than batond reads, in chunks", coded(chunk(many) * 120 + LAST, method=b"POST"), {}
    yield "OPTIONS *", sized(WHOLE, method=b"OPTIONS", path=b"*"), {}
