# SPDX-License-Identifier: MIT
"""Read multipart/byteranges, strictly: RFC 9110, sections 14.6 and 15.3.7.2, RFC 2046, section 5.1.1."""

import re

from batontest.answer import BadAnswer

import docroot

TYPE = re.compile(r"multipart/byteranges;\s*boundary=(?:\"([^\"]{1,70})\"|([!#$%&'*+.^_`|~0-9A-Za-z-]{1,70}))", re.I)
FIELD = re.compile(rb"([A-Za-z-]+):[ \t]*([^\r\n]*?)[ \t]*")
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


def boundary_of(content_type):
    """The boundary, or None where it is not this type."""
    found = TYPE.fullmatch(content_type or "")
    return (found[1] or found[2]).encode() if found else None


def read(answer):
    """[({field: value}, bytes)] of the parts. Raises BadAnswer."""
    boundary = boundary_of(answer.get("content-type"))
    if boundary is None:
        raise BadAnswer("Content-Type %r" % answer.get("content-type"))
    rest, out = b"\r\n" + answer.body.removeprefix(b"\r\n"), []
    while True:
        if not rest.startswith(b"\r\n--" + boundary):
            raise BadAnswer("expected a boundary, got %r" % rest[:80])
        rest = rest[4 + len(boundary):]
        if rest in (b"--", b"--\r\n"):
            return out
        fields, content, rest = _part(rest)
        if boundary in content:
            raise BadAnswer("the boundary is in the content")
        out.append((fields, content))


def _part(rest):
    head, end, rest = rest.partition(b"\r\n\r\n")
    if not end or not head.startswith(b"\r\n"):
        raise BadAnswer("expected the fields of a part, got %r" % head[:80])
    fields = {}
    for line in head[2:].split(b"\r\n"):
        field = FIELD.fullmatch(line)
        if not field or field[1].lower() in fields:
            raise BadAnswer("malformed field of a part: %r" % line)
        fields[field[1].decode().lower()] = field[2].decode("latin-1")
    found = RANGE.fullmatch(fields.get("content-range", ""))
    if not found:
        raise BadAnswer("Content-Range %r of a part" % fields.get("content-range"))
    length = int(found[2]) - int(found[1]) + 1
    if length < 1 or len(rest) < length:
        raise BadAnswer("a part of %d bytes, where %d are left" % (length, len(rest)))
    return fields, rest[:length], rest[length:]


def check(answer, argument, env):
    """The parts are just those of `argument`: NAME FIRST-LAST FIRST-LAST ..."""
    name, *ranges = argument.replace(",", " ").split(" ")
    wanted_type, size = env.type_of(name), docroot.size(name)
    got = read(answer)
    if [fields["content-range"] for fields, _ in got] != ["bytes %s/%d" % (text, size) for text in ranges]:
        raise BadAnswer("expected the parts %s, got %s" % (ranges, [fields["content-range"] for fields, _ in got]))
    for (fields, content), text in zip(got, ranges):
        first, last = map(int, text.split("-"))
        if content != docroot.content(name, first, last):
            raise BadAnswer("other bytes in the part %s" % text)
        if fields.get("content-type") != wanted_type:
            raise BadAnswer("expected a part of type %s, got %s" % (wanted_type, fields.get("content-type")))
