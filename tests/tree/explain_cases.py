# SPDX-License-Identifier: MIT
"""Of tests/tree/explain: the root that is served, its configuration, and what is asked with what must be explained."""

import gzip
import os

NOBODY = 65534
OLD = 1577836800  # 2020-01-01, which is long enough ago for every validator; with a fraction of a second, as of a clock
FRACTION = 0.25
WHEN = {"zero.txt": 1, "summed.bin": 1, "late.css.br": OLD + FRACTION - 12.5, "late.css.gz": OLD + FRACTION - 5,
        "alone/page.txt": OLD, **{"crowd/%d.txt" % i: OLD for i in range(5)}}
DATE = "Wed, 01 Jan 2020 00:00:00 GMT"
INI = """\
[server]
workers = 1
cache_file_max = 4k
[listen main]
address = 127.0.0.1:{port}
[listen local]
address = unix:{top}/http.sock
address = 127.0.0.2:{port}
[listen other]
address = 0.0.0.0:{other}
[listen six]
address = [::]:{six}
proxy_protocol = yes
[limits]
uri_size = 1k
header_size = 4k
header_count = 10
body_size = 10
ranges = 2
[site example.com]
root = {top}/current
index = index.html
index = index.htm
cache = /assets/* 1y immutable
cache = *.html no-cache
mime = .JSON text/x-our-script
mime = .js text/x-own
"""


def make_root(top):
    root = os.path.join(top, "release-1")
    os.symlink("release-1", os.path.join(top, "current"))
    for name in ("", "assets", "old", "empty", "locked", ".well-known", ".git", "crowd", "alone"):
        os.makedirs(os.path.join(root, name))
    files = {
        "index.html": b"hello\n", "old/index.htm": b"old\n", "assets/app.js": b"1234567890",
        "assets/app.js.br": b"123", "assets/app.js.gz": b"12345", "only.txt.gz": b"z", "a b.unknown": b"1",
        "zero.txt": b"0", "nothing.txt": b"", "secret.txt": b"s", ".git/config": b"g", ".well-known/x": b"w", ".well-known/webauthn": b"{}",
        "late.css": b"late", "late.css.br": b"b", "late.css.gz": gzip.compress(b"earlier"),
        "odd.css": b"odd", "odd.css.zst": b"z", "pic.svgz": b"z", "pic.svgz.br": b"b", "large.bin": b"L" * 100000, "middle.bin": b"M" * 20000,
        "locked/in.txt": b"l", "summed.bin": b"S" * 100000, "alone/page.txt": b"a",
        **{"crowd/%d.txt" % i: b"c" for i in range(5)},
    }
    for name, content in files.items():
        path = os.path.join(root, name)
        with open(path, "wb") as file:
            file.write(content)
        when = WHEN.get(name, OLD + FRACTION)
        os.utime(path, (when, when))
    os.chmod(os.path.join(root, "secret.txt"), 0)
    os.chmod(os.path.join(root, "locked"), 0)
    os.chmod(os.path.join(root, "odd.css.zst"), 0)
    os.mkdir(os.path.join(root, "odd.css.br"))
    with open(os.path.join(root, "huge.iso"), "wb") as file:
        file.truncate(256 * 1024 * 1024 + 1)
    os.symlink("/etc/passwd", os.path.join(root, "odd.css.gz"))
    os.mkfifo(os.path.join(root, "fifo"))
    for link, to in (("out", "../../../etc/passwd"), ("absolute", "/etc/passwd"), ("loop", "loop"),
                     ("inside", "index.html"), ("dangling", "gone")):
        os.symlink(to, os.path.join(root, link))


def tag_of(length, more=""):
    return '"%x-%x%s"' % (OLD * 10**9 + int(FRACTION * 10**9), length, more)


def rows(port, other, six):
    """(URL, options, status, what the explanation must hold); an option is "Name: value", or "-X METHOD"."""
    accept = "Accept-Encoding: gzip, br"
    here = "http://127.0.0.1:%d" % port
    return [
        # The file, its rules and their places.
        ("/", [], 200, ["file      {top}/current/index.html", "-> {top}/release-1", "index     index.html ({ini}:22)",
                        "type      text/html; charset=utf-8 (built in)", "cache     *.html no-cache ({ini}:25)",
                        "etag      made of the file's time and size (default)", "root      {top}/current ({ini}:21)",
                        "6 bytes, kept in memory", "200 OK: the file", "site      [site example.com]",
                        "listener  [listen main] 127.0.0.1:%d ({ini}:5)" % port, "path      /\n"]),
        ("/old/", [], 200, ["index     index.htm ({ini}:23)", "no rule matches", "file      {top}/current/old/index.htm"]),
        ("/assets/app.js", [], 200, ["type      text/x-own ({ini}:27)", "cache     /assets/* 1y immutable ({ini}:24)",
                                     "coding    none, as the request has no Accept-Encoding; there is br, gzip"]),
        ("/assets/app.js", [accept], 200, ["coding    br; there is br, gzip", "/assets/app.js.br\n", "type      text/x-own"]),
        ("/assets/app.js", ["Accept-Encoding: zstd"], 200, ["none, by Accept-Encoding; there is br, gzip"]),
        ("/late.css", [accept], 200, ["sibling   late.css.br is not used: it is 12.5 s older than the file, and 10 s are overlooked",
                                      "sibling   late.css.gz is not used: it is 5.0 s older than the file, and was made of "
                                      "one of another size"]),
        ("/late.css", [], 200, ["late.css.br is not used"]),
        ("/odd.css", [accept], 200, ["sibling   odd.css.br is not used: not a regular file",
                                     "sibling   odd.css.zst is not used: permission denied",
                                     "sibling   odd.css.gz is not used: the path leads outside the root"]),
        ("/only.txt", [accept], 200, ["coding    gzip; there is gzip", "/only.txt.gz\n"]),
        ("/only.txt", [], 404, ["no such file", "there is gzip"]),
        ("/only.txt", ["Accept-Encoding: br"], 406, ["Accept-Encoding leaves out"]),
        ("/a%20b.unknown", [], 200, ["path      /a b.unknown", "application/octet-stream (built in)"]),
        ("/inside", [], 200, ["file      {top}/current/inside"]),
        ("/x/..//./index.html?q#fragment", [], 200, ["GET /x/..//./index.html?q HTTP/1.1", "path      /index.html"]),
        ("/.well-known/x", [], 200, ["the file"]),
        ("/zero.txt", [], 200, ["made of the file's bytes, as its time is not trusted: it lies before 1990",
                                "modified  not told: it lies before 1990"]),
        ("/crowd/3.txt", [], 200, ["modified  not told: it is a whole second, a month older", "of most such files beside it"]),
        ("/alone/page.txt", [], 200, ["modified  not told: it is a whole second, a year older", "no file beside it"]),
        ("/pic.svgz", ["Accept-Encoding: br"], 200, ["type      image/svg+xml, always in gzip (built in)"]),
        ("/.well-known/webauthn", [], 200, ["type      application/json (built in)"]),
        ("/large.bin", [], 200, ["sent from the disk's cache"]),
        ("/summed.bin", [], 200, ["made of the file's bytes"]),
        ("/large.bin", ["Want-Repr-Digest: sha-256=1"], 200, ["Repr-Digest: sha-256=:"]),
        # Other methods.
        ("/", ["-X HEAD"], 200, ["HEAD / HTTP/1.1"]),
        ("/none", ["-X HEAD"], 404, ["no such file"]),
        ("/none", ["-X OPTIONS"], 204, ["without looking at files"]),
        ("*", ["-X OPTIONS"], 204, ["without looking at files"]),
        ("/", ["-X POST", "Content-Length: 3"], 405, ["only GET, HEAD and OPTIONS"]),
        ("/", ["-X POST", "Content-Length: 3", "Expect: 100-continue"], 405, ["Connection: close"]),
        ("/", ["-X BREW"], 501, ["the method is not known"]),
        ("/", ["-X " + "B" * 40], 501, ["longer than any that is known", "refused at byte"]),
        # What is not there.
        ("/none", [], 404, ["404 Not Found: no such file", "file      {top}/current/none"]),
        ("/dangling", [], 404, ["no such file"]),
        ("/index.html/x", [], 404, ["not a directory's"]),
        ("/index.html/", [], 404, ["not a directory's"]),
        ("/" + "n" * 300, [], 404, ["no file system has so long a name"]),
        ("/.git/config", [], 404, ["dotfiles are not served"]),
        ("/%2egit/config", [], 404, ["dotfiles are not served"]),
        ("/out", [], 404, ["outside the root by a symbolic link"]),
        ("/absolute", [], 404, ["outside the root by a symbolic link"]),
        ("/loop", [], 404, ["too many symbolic links"]),
        ("/fifo", [], 404, ["not a regular file"]),
        ("/secret.txt", [], 403, ["permission denied"]),
        ("/locked/in.txt", [], 403, ["permission denied"]),
        ("/empty/", [], 404, ["none of its index files", "index     index.html ({ini}:22)",
                              "          index.htm ({ini}:23)"]),
        ("/assets", [], 301, ["its address ends in a slash", "Location: assets/"]),
        ("/assets?a=b", [], 301, ["Location: assets/?a=b"]),
        # Conditions and parts.
        ("/", ["If-None-Match: " + tag_of(6)], 304, ["If-None-Match names"]),
        ("/", ["If-Modified-Since: " + DATE], 304, ["not modified after If-Modified-Since"]),
        ("/", ['If-None-Match: "other"', "If-Modified-Since: " + DATE], 200, ["the file"]),
        ("/", ['If-Match: "other"'], 412, ["If-Match does not name"]),
        ("/", ["If-Unmodified-Since: Wed, 01 Jan 2014 00:00:00 GMT"], 412, ["modified after If-Unmodified-Since"]),
        ("/", ["Range: bytes=1-2"], 206, ["what Range asks for", "Content-Range: bytes 1-2/6"]),
        ("/", ["Range: bytes=0-0,2-2"], 206, ["multipart/byteranges"]),
        ("/", ["Range: bytes=9-"], 416, ["beyond the end"]),
        ("/", ["Range: bytes=0-0,2-2,4-4"], 200, ["limits.ranges"]),
        ("/", ["Range: lines=1-2"], 200, ["not one of bytes"]),
        ("/nothing.txt", ["Range: bytes=0-4"], 200, ["it is empty"]),
        ("/", ["Range: bytes=1-2", 'If-Range: "other"'], 200, ["If-Range does not name"]),
        ("/", ["-X HEAD", "Range: bytes=1-2"], 200, ["Range is for GET"]),
        # What is no request.
        ("/..", [], 400, ["leads above the root"]),
        ("/%zz", [], 400, ["two hexadecimal digits"]),
        ("/%00", [], 400, ["NUL"]),
        ("/a b", [], 400, ["is there a space", "refused at byte 8"]),
        ("", [], 400, ["the target is empty"]),
        ("a", [], 400, ["neither a path nor"]),
        ("/\x01\x1b[31m\x7f\xff", [], 400, ["a byte that none may hold", "\\x1b[31m\\x7f"]),
        ("/\xff\u202e", [], 404, ["\\xff\\u202e"]),
        ("/?\u202e", [], 200, ["/?\\u202e"]),
        ("/" + "u" * 1100, [], 414, ["limits.uri_size"]),
        ("/", ["A: " + "v" * 4096], 431, ["limits.header_size"]),
        ("/", ["A: 1"] * 10, 431, ["limits.header_count"]),
        ("/", ["A : 1"], 400, ["name and a colon"]),
        ("/", ["A: \x07"], 400, ["a field holds a byte", "\\x07"]),
        ("/", ["Host: a b"], 400, ["Host is not a host"]),
        ("/", ["Host: a", "Host: a"], 400, ["is there twice"]),
        ("/", ["Content-Length: x"], 400, ["not a number"]),
        ("/", ["Content-Length: 1", "Transfer-Encoding: chunked"], 400, ["without Content-Length"]),
        ("/", ["Transfer-Encoding: gzip"], 400, ["does not end in one 'chunked'"]),
        ("/", ["Transfer-Encoding: gzip, chunked"], 501, ["another coding"]),
        ("/", ["Content-Length: 11"], 413, ["limits.body_size"]),
        ("/", ["Expect: cake"], 417, ["more than 100-continue"]),
        ("/", ["Connection: close"], 200, ["Connection: close"]),
        # Where it comes in.
        (here, [], 200, ["listener  [listen main]", "GET / HTTP/1.1", "Host: 127.0.0.1:%d" % port]),
        (here + "?q", [], 200, ["GET /?q HTTP/1.1"]),
        ("HTTP://localhost:%d/none" % port, [], 404, ["listener  [listen main]"]),
        ("http://example.com:%d/" % port, ["host: other"], 200, ["listener  [listen main]", "host: other"]),
        ("http://127.0.0.2:%d/" % port, [], 200, ["listener  [listen local] 127.0.0.2:%d ({ini}:8)" % port]),
        ("http://192.0.2.1:%d/" % other, [], 200, ["listener  [listen other] 0.0.0.0:%d ({ini}:10)" % other]),
        ("http://[::1]:%d/" % six, [], 200, ["listener  [listen six] [::]:%d" % six, "a PROXY header is expected"]),
        ("http://192.0.2.1:%d/" % six, [], 200, ["listener  [listen six]"]),
        ("http://192.0.2.1:%d/" % port, [], 200, ["listener  none is at that address"]),
        ("http://[::1]:%d/" % other, [], 200, ["listener  none is at that address"]),
        ("http://localhost/", [], 200, ["listener  none is at that address"]),
        ("https://example.com/", [], 421, ["GET https://example.com/ HTTP/1.1", "the target says https"]),
        ("http://user@host/", [], 400, ["Host is not a host"]),
    ]
