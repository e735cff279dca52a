# SPDX-License-Identifier: MIT
"""What the text of a case stands for in bytes: escapes, repetitions, and values that only the running daemon knows."""

import base64
import email.utils
import hashlib
import re
import time

from batontest.transcript import FormatError

import docroot

ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\", "{": b"{", "}": b"}", "$": b"$"}
TOKEN = re.compile(r"\\x([0-9a-fA-F]{2})|\\(.)|\{([^{}]*)\}|([^\\{]+)", re.S)


def expand(text, env):
    """Bytes of `text`: escapes, repetitions and the values that only the running daemon knows."""
    if text in env.memo:
        return env.memo[text]
    found = _expand(text, env)
    if not re.search(r"\{(last|\w+ @now)", text):
        env.memo[text] = found
    return found


def _expand(text, env):
    out = []
    for hexa, escape, braces, plain in TOKEN.findall(text):
        if hexa:
            out.append(bytes([int(hexa, 16)]))
        elif escape:
            if escape not in ESCAPES:
                raise FormatError("unknown escape \\%s" % escape)
            out.append(ESCAPES[escape])
        elif plain:
            out.append(plain.encode("utf-8"))
        else:
            out.append(_brace(braces, env))
    return b"".join(out)


def _brace(inside, env):
    repeat = re.fullmatch(r"(.+)\*(\d+)", inside, re.S)
    if repeat:
        return _expand(repeat[1], env) * int(repeat[2])
    kind, _, rest = inside.partition(" ")
    name, _, shift = rest.partition(" ")
    if kind in DATES:
        when = time.time() if name == "@now" else env.mtime(name)
        return DATES[kind](int(when) + int(shift or 0)).encode()
    if kind in ASKED:
        return ASKED[kind](env, name, shift)
    raise FormatError("unknown {%s}" % inside)


ASKED = {
    "etag": lambda env, name, coding: env.etag(name, coding),
    "digest": lambda env, name, _: base64.b64encode(hashlib.sha256(docroot.content(name)).digest()),
    "last": lambda env, name, _: env.last(name),
    "port": lambda env, _, __: str(env.port).encode(),
    "ranges": lambda _, count, shape: many_ranges(int(count), *map(int, shape.split(" "))),
}


def many_ranges(count, step, width, start=0):
    """So many ranges of `width` bytes, each beginning `step` bytes behind the one before."""
    return b",".join(b"%d-%d" % (at, at + width - 1) for at in range(start, start + count * step, step))


DATES = {
    "date": lambda when: email.utils.formatdate(when, usegmt=True),
    "rfc850": lambda when: time.strftime("%A, %d-%b-%y %H:%M:%S GMT", time.gmtime(when)),
    "asctime": lambda when: time.asctime(time.gmtime(when)),
}
