# SPDX-License-Identifier: MIT
"""The document root that the wire tests ask for, and what is in each of its files."""

import gzip
import os
import socket
import time

from batontest.files import pattern

KNOWN_MTIME = 1_000_000_000  # Sun, 09 Sep 2001 01:46:40 GMT
OUTSIDE = b"this file lies outside the root\n"

FILES = {
    "index.html": b"<!doctype html><title>top</title>\n",
    "a.txt": b"alpha\n",
    "1k.txt": pattern(1024),
    "100k.bin": pattern(100 * 1024),
    "1m.bin": pattern(1024 * 1024),
    "ten.txt": b"0123456789",
    "one.txt": b"x",
    "empty.txt": b"",
    "known.txt": b"modified when the clock struck a billion\n",
    "sub/index.html": b"<!doctype html><title>sub</title>\n",
    "sub/b.txt": b"beta\n",
    "sub dir/index.html": b"<!doctype html><title>space</title>\n",
    "noindex/c.txt": b"gamma\n",
    "in:side/index.html": b"<!doctype html><title>colon</title>\n",
    "\u00fcber/index.html": b"<!doctype html><title>not ASCII</title>\n",
    "back\\slash/index.html": b"<!doctype html><title>backslash</title>\n",
    "why?not#/index.html": b"<!doctype html><title>delimiters</title>\n",
    "a b.txt": b"a space\n",
    "100%.txt": b"a percent sign\n",
    "%41.txt": b"a name that looks encoded\n",
    "a#b.txt": b"a hash\n",
    "a?b.txt": b"a question mark\n",
    "a+b.txt": b"a plus\n",
    "a;b.txt": b"a semicolon\n",
    "a:b.txt": b"a colon\n",
    "a\\b.txt": b"a backslash\n",
    "...txt": b"three dots\n",
    "\u00fcber.txt": b"not ASCII\n",
    "\u65e5\u672c.txt": b"three bytes a character\n",
    ".secret": b"hidden\n",
    ".hidden/y.txt": b"hidden too\n",
    "sub/.htpasswd": b"hidden as well\n",
    ".well-known/x": b"known well\n",
    ".well-known/.hidden": b"hidden even there\n",
    ".well-knownx": b"hidden: only begins like it\n",
    "blob.xyzzy": b"\x00\x01\x02\x03",
    "noextension": b"\x00\x01\x02\x03",
    "style.css": b"a{}\n",
    "app.js": b"1;\n",
    "app.mjs": b"1;\n",
    "data.json": b"{}\n",
    "feed.xml": b"<a/>\n",
    "pic.svg": b"<svg/>\n",
    "pic.png": b"\x89PNG\r\n\x1a\n",
    "pic.jpg": b"\xff\xd8",
    "pic.webp": b"RIFF",
    "font.woff2": b"wOF2",
    "code.wasm": b"\x00asm",
    "paper.pdf": b"%PDF-",
    "film.mp4": b"\x00",
    "card.pkpass": b"PK",
    "profile.mobileconfig": b"<plist/>",
    "app.msix": b"PK",
    "app.plist": b"<plist/>",
    ".well-known/apple-app-site-association": b"{}",
    ".well-known/webauthn": b"{}",
    "wpad.dat": b"function FindProxyForURL() {}",
    "pack.tar.gz": b"\x1f\x8b",
    "UPPER.HTML": b"<!doctype html><title>upper</title>\n",
    "d/e/f/g/h/i/j/k/deep.txt": b"deep\n",
}


def zipped(content):
    return gzip.compress(content, mtime=0)


# What is to be sent in the codings br and zstd only has to be known again. "web/NAME": which siblings it has.
PAGE = b"<!doctype html><title>negotiated</title>\n" * 20
NEGOTIATED = {
    "web/drawn.svg": (b"<svg/>\n" * 100, "gz"),
    "web/page.html": (PAGE, "br zst gz"),
    "web/index.html": (PAGE, "br gz"),
    "web/gz.txt": (pattern(800), "gz"),
    "web/br.txt": (pattern(800), "br"),
    "web/zst.txt": (pattern(800), "zst"),
    "web/two.css": (b"a{}\n" * 100, "br gz"),
    "web/big.bin": (pattern(200 * 1024), "gz br"),
    "web/a b.txt": (pattern(320), "gz"),
    "web/empty.txt": (b"", "gz"),
    "web/stale.txt": (pattern(160), "gz"),
    "web/second.txt": (pattern(160), "gz"),
    "web/rounded.txt": (pattern(160), "gz br"),
    "web/untimed.txt": (pattern(160), "gz br zst"),
    "web/edited.txt": (pattern(160), "gz"),
    "web/mixed.txt": (pattern(160), "br gz"),
    "web/newer.txt": (pattern(160), "gz"),
    "web/noextension": (pattern(160), "gz"),
    "web/bundle.tar.gz": (zipped(pattern(500)), "br"),
    "web/.hidden.txt": (b"hidden\n", "gz"),
    "when/both.txt": (pattern(160), "gz"),
}
CODINGS = {"br": "br", "zst": "zstd", "gz": "gzip", None: "identity"}
ORPHANS = {"web/orphan.txt": "gz", "web/orphan.css": "br gz", "web/orphan.tar": "gz", "web/alone/index.html": "gz"}
for _name, (_content, _codings) in NEGOTIATED.items():
    FILES[_name] = _content
for _name, _codings in list((name, row[1]) for name, row in NEGOTIATED.items()) + list(ORPHANS.items()):
    for _coding in _codings.split():
        _content = NEGOTIATED.get(_name, (pattern(640), ""))[0]
        FILES[_name + "." + _coding] = zipped(_content) if _coding == "gz" else (
            b"this stands for %s in %s\n" % (_name.encode(), _coding.encode()) * (1 + len(_content) // 100))
FILES["web/edited.txt.gz"] = zipped(pattern(161))
# In gzip as it lies there; what lies beside it is no sibling.
FILES["web/pic.svgz"] = zipped(b"<svg/>\n" * 100)
FILES["web/pic.svgz.gz"] = zipped(FILES["web/pic.svgz"])
FILES["web/pic.svgz.br"] = b"no sibling"
FILES["web/gone.svgz.gz"] = b"no sibling"
for _name in ("dir", "fifo", "dangling", "out", "link", "locked"):
    FILES["web/%s.txt" % _name] = b"its sibling is no file of ours\n"

FILES.update({
    "when/zero.txt": b"the clock had not begun\n",
    "when/one.txt": b"one second\n",
    "when/two.txt": b"two seconds\n",
    "when/zip.txt": b"what a packer takes for a time\n",
    "when/npm.txt": b"what another takes for one\n",
    "when/eighties.txt": b"before there was a web\n",
    "when/nineties.txt": b"when there was one\n",
    "when/lone/page.txt": b"nothing beside it\n",
    "when/many/clock.txt": b"of a clock, among others\n",
    **{"when/many/%d.txt" % i: b"one of many\n" for i in range(8)},
    **{"when/own/%d.txt" % i: b"each its own\n" for i in range(8)},
    "when/before.txt": b"before the beginning\n",
    "when/future.txt": b"tomorrow\n",
    "when/zero.bin": pattern(100 * 1024),
    "when/twin-a.txt": b"the one\n",
    "when/twin-b.txt": b"the other one\n",
    "when/half.txt": b"between two seconds\n",
})

DAY = 86400
# Seconds since 1970, or after yesterday where they are written as text.
MTIMES = {
    "known.txt": KNOWN_MTIME,
    "web/stale.txt.gz": "-11",
    "web/second.txt.gz": "-1",
    "web/rounded.txt": KNOWN_MTIME + 0.987654321,
    "web/rounded.txt.gz": KNOWN_MTIME + 0.98765,
    "web/rounded.txt.br": KNOWN_MTIME + 0.987,
    "web/untimed.txt.gz": "-3",
    "web/untimed.txt.br": "+3",
    "web/untimed.txt.zst": "-10",
    "web/edited.txt.gz": "-5",
    "web/mixed.txt.br": "-3600",
    "web/newer.txt.gz": "+3600",
    "when/zero.txt": 0,
    "when/one.txt": 1,
    "when/two.txt": 2,
    "when/zip.txt": 315532801,
    "when/npm.txt": 499162500,
    "when/eighties.txt": 631151999,
    "when/nineties.txt": 631152000,
    "when/lone/page.txt": 1262304000,
    "when/many/clock.txt": 1262304000.5,
    **{"when/many/%d.txt" % i: 1262304000 for i in range(8)},
    **{"when/own/%d.txt" % i: 1262304000 + i for i in range(8)},
    "when/before.txt": -5,
    "when/future.txt": "+%d" % (30 * DAY),
    "when/zero.bin": 0,
    "when/twin-a.txt": KNOWN_MTIME,
    "when/twin-b.txt": KNOWN_MTIME,
    "when/half.txt": KNOWN_MTIME + 0.5,
    "when/both.txt": 0,
    "when/both.txt.gz": 0,
}

# A file too large to be sent: zeros, but for 4 KiB of pattern here and there.
HUGE = "huge.bin"
HUGE_SIZE = 2 ** 32 + 2 ** 20 + 1000
HUGE_MARKS = (0, 2 ** 31 - 2048, 2 ** 32 - 2048, HUGE_SIZE - 4096)


def _huge(first, last):
    out = bytearray(last - first + 1)
    for mark in HUGE_MARKS:
        low, high = max(first, mark), min(last + 1, mark + 4096)
        if low < high:
            out[low - first:high - first] = pattern(4096)[low - mark:high - mark]
    return bytes(out)


def size(name):
    return HUGE_SIZE if name == HUGE else len(FILES[name])


def content(name, first=0, last=None):
    """The bytes of a file from `first` to `last`, or to its end."""
    if name == HUGE:
        return _huge(first, last)
    return FILES[name][first:] if last is None else FILES[name][first:last + 1]


def original(name):
    """The file that `name` stands for: itself, unless it is a sibling."""
    stem, _, suffix = name.rpartition(".")
    siblings = NEGOTIATED.get(stem, ("", ORPHANS.get(stem, "")))[1].split()
    return (stem, suffix) if suffix in siblings else (name, None)


LINKS = {
    "web/dangling.txt.gz": "nowhere.gz",
    "web/out.txt.gz": "../../outside.txt",
    "web/link.txt.gz": "gz.txt.gz",
    "in.txt": "a.txt",
    "linkdir": "sub",
    "noindex/up.txt": "../a.txt",
    "out.txt": "../outside.txt",
    "outdir": "..",
    "loop": "loop",
    "dangling": "nowhere",
}


def _write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def _special_files(root):
    os.mkfifo(os.path.join(root, "fifo"))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.join(root, "socket"))
    locked = os.path.join(root, "locked.txt")
    _write(locked, b"nobody may read this\n")
    os.chmod(locked, 0)
    os.mkdir(os.path.join(root, "web/dir.txt.gz"))
    os.mkfifo(os.path.join(root, "web/fifo.txt.gz"))
    locked = os.path.join(root, "web/locked.txt.gz")
    _write(locked, zipped(b"nobody may read this\n"))
    os.chmod(locked, 0)
    os.mkdir(os.path.join(root, "live"))


def _sparse_file(path):
    with open(path, "wb") as file:
        for mark in HUGE_MARKS:
            file.seek(mark)
            file.write(pattern(4096))


def _nanoseconds(when):
    return int(when) * 10**9 + round((when - int(when)) * 10**9)


def make(top):
    """Make the root in the directory `top`; return its path. Every file is a day old, but those in MTIMES. As a clock does,
    this writes a part of a second: a whole one that all files share would not be trusted."""
    root = os.path.join(top, "root")
    yesterday = int(time.time()) - DAY + 0.25
    _write(os.path.join(top, "outside.txt"), OUTSIDE)
    for name, text in FILES.items():
        _write(os.path.join(root, name), text)
    _sparse_file(os.path.join(root, HUGE))
    for name in [*FILES, HUGE]:
        when = MTIMES.get(name, yesterday)
        when = yesterday + int(when) if isinstance(when, str) else when
        os.utime(os.path.join(root, name), ns=(_nanoseconds(when), _nanoseconds(when)))
    for name, target in LINKS.items():
        os.symlink(target, os.path.join(root, name))
    os.symlink(os.path.join(top, "outside.txt"), os.path.join(root, "absolute.txt"))
    _special_files(root)
    return root
