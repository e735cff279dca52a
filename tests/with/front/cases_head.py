# SPDX-License-Identifier: MIT
"""The families of cases.py in which it is the head that is strange, and not where the body ends."""

from cases import CHUNKED, ENDS_HERE, INNER, LAST, MAY, MUST, SELF, WHOLE, chunk, coded, family, head, length, quote, request, sized

CODED = chunk(WHOLE) + LAST
# Field lines that must not be there, each with INNER where a lenient reader would begin a request.
STRANGE_FIELDS = (
    b"X : y", b"X\t: y", b" X: y", b"\tX: y", b": y", b"X", b"X y", b"X: y\r\n z", b"X: y\r\n\tz", b"X:\r\n y",
    b"X: \x00", b"X: a\x00b", b"X\x00: y", b"X: \x01", b"X: \x7f", b"X: a\rb", b"X: \r", b"X\r: y", b"\rX: y",
    b"X: a\nb: c", b"X\n: y", b"\nX: y", b"(X): y", b"X@: y", b"X[]: y", b"X\xff: y", b"X: \xff", b"\x0bX: y",
    b"X: \x0b", b"X;: y", b"X/y: z", b"\"X\": y", b"X: y\r", b"X: y\r\r",
)
# Ends of a head that only some take for one.
STRANGE_ENDS = (
    (b"\n\n", "may"), (b"\r\n\n", "may"), (b"\n\r\n", "may"), (b"\r\r", "never"), (b"\r\n\r", "never"),
    (b"\n\r", "never"), (b"\r\r\n", "never"), (b"\r\n\x00\r\n", "never"), (b"\r\n \r\n", "never"),
    (b"\x00\r\n\r", "never"), (b"\r\n\x0b\r\n", "never"),
)


@family("field")
def strange_fields():
    for line in STRANGE_FIELDS:
        yield "%s, INNER in the body" % quote(line), sized(WHOLE, line, method=b"POST"), {}
    for end, inner in STRANGE_ENDS:
        line = b"GET " + SELF + b" HTTP/1.1\r\nHost: test"
        yield "a head that ends with %s" % quote(end), line + end + WHOLE, {"inner": inner}
        yield "a value with %s" % quote(end), line + b"\r\nX: y" + end + WHOLE, {"inner": inner}
    for sign in (b"\r", b"\n", b"\x00", b"\r\n "):
        inner = "may" if sign == b"\n" else "never"
        yield "INNER in a value behind %s" % quote(sign), request(b"X: y" + (sign + sign + WHOLE).rstrip()), {
            "inner": inner, "outer": "may"}


HOSTS = (
    b"Host: test\r\nHost: test", b"Host: test\r\nHost: other", b"Host: other\r\nhost: test", b"Host: test, other",
    b"Host:", b"Host: a b", b"Host: user@test", b"Host: test:80:80", b"Host: test:x", b"Host: test/x",
    b"Host: test\x00", b"Host: test#x", b"Host : test", b" Host: test", b"Host: test\r\n other", b"Host: [::1",
    b"Host: [::1]:80", b"Host: test?x", b"Host: te\rst", b"Host: te\nst", b"Host: http://test/", b"Host: \xff",
    b"Host: " + b"a" * 5000, b"X: y",
)
ABSOLUTE = (
    b"http://test", b"http://other", b"HTTP://test", b"https://test", b"ftp://test", b"http://user@test", b"http://",
    b"http:", b"//test", b"http://test:80", b"http://test:x", b"http://te st", b"http://test\\", b"test",
)


@family("host")
def hosts():
    for line in HOSTS:
        yield quote(line), head(b"GET " + SELF + b" HTTP/1.1", line, length(len(WHOLE))) + WHOLE, {}
    for scheme in ABSOLUTE:
        for host in (b"Host: test", b"Host: other", b"X: y")[:3 if scheme == b"http://test" else 1]:
            yield "%s and %s" % (quote(scheme), quote(host)), head(
                b"GET " + scheme + SELF + b" HTTP/1.1", host, length(len(WHOLE))) + WHOLE, {}


VERSIONS = (
    b"HTTP/1.0", b"HTTP/0.9", b"HTTP/1.2", b"HTTP/1.9", b"HTTP/2.0", b"HTTP/3", b"HTTP/1.10", b"HTTP/01.1",
    b"http/1.1", b"HTTP/1.1x", b"HTTP/1", b"HTTP/", b"HTTP/ 1.1", b"HTTP/1. 1", b"HTTP/1.1 ", b"HTTP/1.1\t",
    b" HTTP/1.1", b"HTTP/+1.1", b"HTTP/1,1", b"HTTP/1.1 HTTP/1.1", b"HTTP/1.1\x00", b"HTTQ/1.1", b"HTTPS/1.1",
    b"ICY/1.1", b"", b"HTTP/1.1\r", b"HTTP/65537.1", b"HTTP/4294967297.1",
)


@family("version")
def versions():
    for version in VERSIONS:
        yield "`%s` with a length" % quote(version), sized(WHOLE, method=b"POST", version=version), {}
        # In HTTP/1.0 the coding may be unknown, and what it codes another request (RFC 9112 6.1: faulty framing).
        yield "`%s` with a coding" % quote(version), coded(CODED, b"Connection: keep-alive", version=version), {}
    yield "1.0 with coding and length", request(
        CHUNKED, length(4), b"Connection: keep-alive", version=b"HTTP/1.0", body=CODED), MAY
    yield "1.0 without keep-alive, then INNER", request(version=b"HTTP/1.0") + WHOLE, ENDS_HERE
    yield "1.0 with keep-alive, then INNER", request(b"Connection: keep-alive", version=b"HTTP/1.0") + WHOLE, MAY
    yield "0.9, then INNER", b"GET " + SELF + b"\r\n" + WHOLE, ENDS_HERE
    yield "the preface of HTTP/2, then INNER", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + WHOLE, ENDS_HERE


LINES = (
    b"\r\nGET %s HTTP/1.1", b"\r\n\r\nGET %s HTTP/1.1", b"\r\n" * 20 + b"GET %s HTTP/1.1", b"\nGET %s HTTP/1.1",
    b"\rGET %s HTTP/1.1", b" GET %s HTTP/1.1", b"\tGET %s HTTP/1.1", b"\x00GET %s HTTP/1.1", b"GET  %s HTTP/1.1",
    b"GET %s  HTTP/1.1", b"GET\t%s HTTP/1.1", b"GET %s\tHTTP/1.1", b"GET\x0b%s HTTP/1.1", b"GET %s\x0bHTTP/1.1",
    b"GET %s\xa0HTTP/1.1", b"GET %s \nHTTP/1.1", b"GET %s\rHTTP/1.1", b"GET %s\x00 HTTP/1.1", b"GET %s\x7f HTTP/1.1",
    b"GET %s#x HTTP/1.1", b"GET %s?a=b#c HTTP/1.1", b"GET %s%%00 HTTP/1.1", b"GET %s%%0d%%0aX:%%20y HTTP/1.1",
    b"GET %s?%%0d%%0a%%0d%%0aGET%%20/ HTTP/1.1", b"GET %s%% HTTP/1.1", b"GET %s%%zz HTTP/1.1", b"GET /.%s HTTP/1.1",
    b"GET /..%s HTTP/1.1", b"GET /%s HTTP/1.1", b"GET \\%s HTTP/1.1", b"GET /x/..%s HTTP/1.1",
    b"GET /%%2e%%2e%s HTTP/1.1", b"GET %s/ HTTP/1.1", b"GET %s\xff HTTP/1.1", b"GET %s?\xc3\xbc HTTP/1.1",
    b"GET %s;x HTTP/1.1", b"get %s HTTP/1.1", b"Get %s HTTP/1.1", b"GE T %s HTTP/1.1", b"G!T %s HTTP/1.1",
    b"GET: %s HTTP/1.1", b"G(ET %s HTTP/1.1", b"X" * 40 + b" %s HTTP/1.1", b"GET %s?" + b"x" * 7000 + b" HTTP/1.1",
    b"GET %s?" + b"x" * 9000 + b" HTTP/1.1", b"GET %s?" + b"x" * 20000 + b" HTTP/1.1", b"%s HTTP/1.1",
    b"GET HTTP/1.1", b"GET", b"* %s HTTP/1.1", b"GET * HTTP/1.1", b"GET ? HTTP/1.1",
    b"GET %s " + INNER + b" HTTP/1.1", b"GET %s HTTP/1.1\nGET " + INNER + b" HTTP/1.1",
    b"GET %s HTTP/1.1\rGET " + INNER + b" HTTP/1.1",
)


@family("request line")
def request_lines():
    for form in LINES:
        line = form.replace(b"%s", SELF).replace(b"%%", b"%")
        name = "%d bytes, %s" % (len(line), quote(form.replace(b"%s", b"SELF").replace(b"%%", b"%")))
        yield name, head(line, b"Host: test", length(len(WHOLE))) + WHOLE, {}


OPTIONS = (
    b"content-length", b"Content-Length, keep-alive", b"transfer-encoding", b"host", b"close, content-length",
    b"expect", b"keep-alive", b"x-none", b"upgrade", b"te", b"trailer", b"connection", b"\x22content-length\x22",
    b"content-length,,", b"user-agent",
)
HARMLESS = (
    b"Keep-Alive: 300", b"Proxy-Connection: close", b"TE: trailers, deflate;q=0.5", b"Trailer: Content-Length",
    b"Proxy-Connection: keep-alive", b"Via: 1.0 x", b"Max-Forwards: 0", b"X-HTTP-Method-Override: POST",
    b"Proxy-Authorization: Basic eDp5", b"Content-Encoding: gzip", b"MIME-Version: 1.0", b"Cookie: a=b",
)


@family("connection")
def connection():
    for option in OPTIONS:
        line, closes = b"Connection: " + option, ENDS_HERE if b"close" in option else {}
        yield "%s, a length" % quote(option), sized(WHOLE, line, method=b"POST"), closes
        yield "%s, a coding" % quote(option), coded(CODED, line, method=b"POST"), closes
    for line in HARMLESS:
        yield quote(line), sized(WHOLE, line), MUST
    yield "close, then INNER", request(b"Connection: close") + WHOLE, ENDS_HERE


UPGRADES = (b"h2c", b"websocket", b"TLS/1.0", b"HTTP/2.0", b"h2c, websocket", b"")


@family("upgrade")
def upgrades():
    settings = b"HTTP2-Settings: AAMAAABkAAQAAP__"
    for name in UPGRADES:
        fields = (b"Upgrade: " + name, b"Connection: Upgrade, HTTP2-Settings", settings, b"Sec-WebSocket-Version: 13",
                  b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
        yield "`%s`, then INNER" % name.decode(), request(*fields) + WHOLE, MAY
        yield "`%s` with INNER as body" % name.decode(), sized(WHOLE, *fields, method=b"POST"), {}
        yield "`%s` with INNER in a chunk" % name.decode(), coded(CODED, *fields), {}


EXPECTATIONS = (
    b"100-continue", b"100-Continue", b"100-continue, x", b"x", b"200-ok", b"",
    b"100-continue\r\nExpect: 100-continue", b"100 continue", b"\x00100-continue", b"100-continue;x=y",
)


@family("expect")
def expectations():
    for value in EXPECTATIONS:
        line = b"Expect: " + value
        yield "`%s`, a length" % quote(value), sized(WHOLE, line, method=b"POST"), {}
        yield "`%s`, a coding, GET" % quote(value), coded(CODED, line), {}
    yield "100-continue without a body, then INNER", request(b"Expect: 100-continue") + WHOLE, MAY
    yield "100-continue and a length of 0, then INNER", request(b"Expect: 100-continue", length(0)) + WHOLE, MAY
    yield "100-continue in HTTP/1.0", sized(
        WHOLE, b"Expect: 100-continue", b"Connection: keep-alive", method=b"POST", version=b"HTTP/1.0"), {}


@family("size")
def sizes():
    for size in (7000, 15000, 17000, 33000, 70000):
        yield "a value of %d bytes" % size, sized(WHOLE, b"X: " + b"x" * size, method=b"POST"), {}
        yield "a name of %d bytes" % size, sized(WHOLE, b"X" * size + b": y", method=b"POST"), {}
    for count in (60, 99, 101, 300, 2000):
        yield "%d fields" % count, sized(WHOLE, *[b"X-%d: y" % i for i in range(count)], method=b"POST"), {}
        yield "%d empty fields, then INNER" % count, request(*[b"X:"] * count) + WHOLE, MAY


@family("pipeline")
def pipelines():
    def twice(name, *fields, **named):
        return name, request(*fields, **named) + WHOLE, {"inner": "may", "outer": "must"}

    yield twice("GET, GET")
    yield twice("HEAD, GET", method=b"HEAD")
    yield twice("POST with a length of 0, GET", length(0), method=b"POST")
    yield twice("a range, GET", b"Range: bytes=2-5")
    yield twice("a range beyond the end, GET", b"Range: bytes=99999-")
    yield twice("three ranges, GET", b"Range: bytes=0-1,3-4,6-7")
    yield twice("HEAD with a range, GET", b"Range: bytes=2-5", method=b"HEAD")
    yield twice("If-None-Match: *, GET", b"If-None-Match: *")
    yield twice("HEAD and If-None-Match: *, GET", b"If-None-Match: *", method=b"HEAD")
    yield twice("If-Match of another, GET", b'If-Match: "x"')
    yield twice("If-Modified-Since now, GET", b"If-Modified-Since: Thu, 31 Dec 2037 00:00:00 GMT")
    yield twice("Accept-Encoding, GET", b"Accept-Encoding: gzip, br, zstd")
    yield twice("not found, GET", path=b"/none")
    yield twice("HEAD of not found, GET", path=b"/none", method=b"HEAD")
    yield twice("a directory without a slash, GET", path=b"/folder")
    yield twice("HEAD of a directory without a slash, GET", path=b"/folder", method=b"HEAD")
    yield twice("OPTIONS, GET", method=b"OPTIONS")
    yield twice("a body with a range, GET", b"Range: bytes=2-5", length(5), body=b"GET /")
    yield "not modified, with INNER as body", sized(WHOLE, b"If-None-Match: *"), MUST
    yield "HEAD, with INNER as body", sized(WHOLE, method=b"HEAD"), MUST
    yield "an empty line between, GET", request() + b"\r\n" + WHOLE, MAY
    yield "three empty lines between, GET", request() + b"\r\n" * 3 + WHOLE, MAY
    yield "refused, then INNER", request(b"X : y") + WHOLE, MAY
    yield "bodies of both kinds, then INNER", sized(b"abc") + coded(chunk(b"abc") + LAST) + WHOLE, {
        "inner": "may", "outer": "must", "twice": True}
