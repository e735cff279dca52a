# SPDX-License-Identifier: MIT
"""Of tests/life/diagnostics: what a configuration may name that cannot be opened, and where it says so."""

import os
import socket


class Places:
    """What a configuration may name, there or not."""

    def __init__(self, fixture):
        self.top = fixture.top
        self.file = self.make("file")
        self.closed = os.path.join(fixture.top, "closed")
        os.makedirs(os.path.join(self.closed, "root"))
        os.chmod(self.closed, 0o750)
        self.taken = socket.create_server(("127.0.0.1", 0))
        self.taken_unix = socket.socket(socket.AF_UNIX)
        self.taken_unix.bind(os.path.join(fixture.top, "taken.sock"))
        self.taken_unix.listen()
        os.symlink(self.top, os.path.join(self.top, "linked"))
        os.symlink("a", os.path.join(self.top, "to-a"))
        os.mkfifo(os.path.join(self.top, "fifo"))
        os.symlink(os.path.join(self.top, "gone", "log"), os.path.join(self.top, "dangling"))

    def make(self, name):
        path = os.path.join(self.top, name)
        with open(path, "w", encoding="ascii") as file:
            file.write("no directory\n")
        return path

    def wrongs(self):
        """(what to set, which key is to be blamed, what is to be said, whether it takes another user)"""
        port = self.taken.getsockname()[1]
        return [
            ({"site test": {"root": "/no/such/root"}}, "root", "there is no such directory", False),
            ({"site test": {"root": self.file}}, "root", "it is not a directory", False),
            ({"site test": {"root": self.closed + "/root"}}, "root", "may not enter " + self.closed, True),
            ({"server": {"sandbox_path": "/no/such/path"}}, "sandbox_path", "there is no such directory", False),
            ({"log": {"access": "/no/such/log"}}, "access", "there is no such directory", False),
            ({"log": {"access": self.top}}, "access", "directory", False),
            ({"log": {"access": self.closed + "/log"}}, "access", "may not write", True),
            ({"log": {"access": self.top + "/fifo"}}, "access", "cannot open the access log", False),
            ({"log": {"access": self.top + "/taken.sock"}}, "access", "nobody reads", False),
            ({"log": {"access": self.top + "/dangling"}}, "access", "there is no such directory", False),
            ({"log": {"access": "/proc/x"}}, "access", "cannot open the access log", False),
            ({"log": {"error": "/no/such/log"}}, "error", "there is no such directory", False),
            ({"log": {"error": self.top + "/fifo"}}, "error", "cannot open the error log", False),
            ({"log": {"error": self.top + "/dangling"}}, "error", "there is no such directory", False),
            ({"log": {"error": "/sys/x"}}, "error", "cannot open the error log", False),
            ({"server": {"user": "no-such-user"}}, "user", "there is no user 'no-such-user'", False),
            ({"server": {"user": "nobody", "group": "no-such-group"}}, "group", "no group 'no-such-group'", False),
            ({"listen other": {"address": "127.0.0.1:%d" % port}}, "address", "cannot listen on", False),
            ({"listen other": {"address": "unix:%s/taken.sock" % self.top}}, "address", "cannot listen on", False),
            ({"listen other": {"address": "unix:/no/such/directory/a.sock"}}, "address", "cannot listen on", False),
            ({"listen other": {"address": "unix:/proc/a.sock"}}, "address", "cannot listen on", False),
            ({"listen other": {"address": "192.0.2.1:80"}}, "address", "cannot listen on", False),
            ({"listen other": {"address": "systemd:nobody-passes-this"}}, "address", "no socket of that name", False),
            ({"status": {"address": "127.0.0.1:%d" % port}}, "address", "cannot listen on", False),
            ({"listen one": {"address": "unix:%s/a" % self.top}, "listen two": {"address": "unix:%s/linked/a" % self.top}},
             "address", "it is the same file as", False),
            ({"listen one": {"address": "unix:%s//a" % self.top}, "status": {"address": "unix:%s/./a" % self.top}},
             "address", "it is the same file as", False),
            ({"log": {"access": self.top + "/a"}, "listen one": {"address": "unix:%s/a" % self.top}},
             "access", "it is the socket", False),
            ({"log": {"error": self.top + "/to-a"}, "listen one": {"address": "unix:%s/a" % self.top}},
             "error", "it is the socket", False),
        ]


def sections_of(fixture, changes, as_user):
    sections = {"server": {"workers": 1}, "listen main": {"address": "unix:%s" % os.path.join(fixture.top, "own.sock")},
                "log": {"access": "off"}, "site test": {"root": fixture.root}}
    if as_user:
        sections["server"]["user"] = "nobody"
    for section, keys in changes.items():
        sections.setdefault(section, {}).update(keys)
    return sections


def place_of(text, section, key):
    """The line of a key in a section."""
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        inside = line == "[%s]" % section if line.startswith("[") else inside
        if inside and line.startswith(key + " ="):
            return number
    raise AssertionError("no %s in %s" % (key, section))
