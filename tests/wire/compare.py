# SPDX-License-Identifier: MIT
"""What an answer must be, compared with what it is. What does not hold raises Failed."""

import hashlib
import re

from batontest import answer as wire

import docroot
import parts
from expand import expand


class Failed(Exception):
    """Something that must hold did not."""


class Untimely(Failed):
    """It did not, but perhaps only because the machine was busy: play it again."""


class NotPlayed(Failed):
    """The daemon was already broken when the turn of this case came."""


def _check_field(values, kind, name, wanted):
    if kind == "-":
        if values:
            raise Failed("expected no %s, got %r" % (name, values[0]))
        return
    if not values and kind != "?":
        raise Failed("expected %s, got none" % name)
    for value in values:
        if kind in "~?" and not re.fullmatch(wanted, value):
            raise Failed("expected %s matching %r, got %r" % (name, wanted, value))


def check_fields(got, fields):
    """A field that is expected to be equal comes as often as it is expected, in that order."""
    equal = {}
    for kind, name, wanted in fields:
        _check_field(got.all(name), kind, name, wanted)
        if kind == "=":
            equal.setdefault(name.lower(), []).append(wanted)
    for name, wanted in equal.items():
        if got.all(name) != wanted:
            raise Failed("expected %s: %s, got %s" % (name, " and ".join(map(repr, wanted)),
                                                      " and ".join(map(repr, got.all(name)))))


def _file_slice(argument):
    found = re.fullmatch(r"(.*?)(?: (\d+)-(\d+))?", argument)
    return docroot.content(found[1]) if found[2] is None else docroot.content(found[1], int(found[2]), int(found[3]))


def check_body(got, kind, argument, env):
    body = got.body
    if kind == "parts":
        try:
            parts.check(got, expand(argument, env).decode(), env)
        except wire.BadAnswer as error:
            raise Failed(str(error)) from error
    if kind == "length" and len(body) != int(argument):
        raise Failed("expected a body of %s bytes, got %d" % (argument, len(body)))
    if kind == "sha256" and hashlib.sha256(body).hexdigest() != argument:
        raise Failed("expected a body with SHA-256 %s, got %d other bytes" % (argument, len(body)))
    if kind in ("file", "text", "empty"):
        wanted = _file_slice(argument) if kind == "file" else expand(argument, env)
        if body != wanted:
            raise Failed("expected the body %r (%d bytes), got %r (%d bytes)" % (
                wanted[:40], len(wanted), body[:40], len(body)))


def check_same(got, before):
    def fields(answer):
        return sorted((name.lower(), value) for name, value in answer.fields if name.lower() != "date")
    if before is None or fields(got) != fields(before):
        raise Failed("expected the fields of the answer before, %r, got %r" % (before and before.raw, got.raw))
