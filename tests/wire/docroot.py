# SPDX-License-Identifier: MIT
"""The document root that the wire tests ask for, and what is in each of its files."""

import os
import socket
import time

KNOWN_MTIME = 1_000_000_000  # Sun, 09 Sep 2001 01:46:40 GMT
OUTSIDE = b"this file lies outside the root\n"


def pattern(length):
    """Content in which every 16 bytes say where they are."""
    lines = b"".join(b"%015d\n" % at for at in range(0, length + 16, 16))
    return lines[:length]


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
    "pack.tar.gz": b"\x1f\x8b",
    "UPPER.HTML": b"<!doctype html><title>upper</title>\n",
    "d/e/f/g/h/i/j/k/deep.txt": b"deep\n",
}

LINKS = {
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


def make(top):
    """Make the root in the directory `top`; return its path. Every file is a day old, but known.txt."""
    root = os.path.join(top, "root")
    yesterday = int(time.time()) - 86400
    _write(os.path.join(top, "outside.txt"), OUTSIDE)
    for name, content in FILES.items():
        path = os.path.join(root, name)
        _write(path, content)
        when = KNOWN_MTIME if name == "known.txt" else yesterday
        os.utime(path, (when, when))
    for name, target in LINKS.items():
        os.symlink(target, os.path.join(root, name))
    os.symlink(os.path.join(top, "outside.txt"), os.path.join(root, "absolute.txt"))
    _special_files(root)
    return root
