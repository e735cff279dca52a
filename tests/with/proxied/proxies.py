# SPDX-License-Identifier: MIT
"""Real proxies before the daemon, and what its log says of those who came through them."""

import os
import shutil
import socket
import subprocess

from batontest.daemon import free_port
from batontest.expect import Skipped
from batontest.patience import PATIENCE, eventually

SEARCH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])


def connect(port, client="127.0.0.1"):
    return socket.create_connection(("127.0.0.1", port), PATIENCE, source_address=(client, 0))


def clients_in(server):
    """The first word of each line of the access log."""
    if not os.path.exists(server.access_log):
        return []
    with open(server.access_log, encoding="latin-1") as file:
        return [line.split(" ", 1)[0] for line in file.read().splitlines()]


class Proxy:
    """One running proxy, for a `with` block. It listens on `port`."""

    binary = None

    def __init__(self, top, *more):
        self.path = shutil.which(self.binary, path=SEARCH)
        if not self.path:
            raise Skipped("%s is not installed" % self.binary)
        self.top, self.port, self.process = top, free_port(), None
        self.log = os.path.join(top, self.binary + ".log")
        self.command = [self.path, *self.prepare(*more)]

    def prepare(self, *more):
        """Write the configuration; the arguments."""
        raise NotImplementedError

    def write(self, text):
        path = os.path.join(self.top, self.binary + ".conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def __enter__(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.top)
        if not eventually(self._listens):
            self.__exit__()
            raise RuntimeError("%s does not listen" % self.binary)
        return self

    def _listens(self):
        """A look that makes no connection, which a proxy might pass on."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError:
                return True
        if self.process.poll() is not None:
            with open(self.log, encoding="latin-1") as log:
                raise RuntimeError("%s ended: %s" % (self.binary, log.read()[-1000:]))
        return False

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Haproxy(Proxy):
    """`rules` go into its one `listen` section."""

    binary = "haproxy"

    def prepare(self, rules):
        return ["-db", "-f", self.write("""\
global
    nbthread 1
defaults
    mode http
    timeout connect 10m
    timeout check 10m
    timeout client 10m
    timeout server 10m
listen all
    bind 127.0.0.1:%d
    unique-id-format %%[uuid()]
    %s
""" % (self.port, rules))]


class Nginx(Proxy):
    """It passes on to one address, and adds its client to X-Forwarded-For. It serves, and takes away, only this prefix."""

    binary = "nginx"

    def prepare(self, to, prefix=""):
        temporary = "".join("    %s_temp_path %s/nginx-%s;\n" % (kind, self.top, kind) for kind in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return ["-p", self.top, "-e", self.log, "-c", self.write("""\
daemon off;
master_process off;
pid %s/nginx.pid;
error_log %s;
events {}
http {
    access_log off;
%s    server {
        listen 127.0.0.1:%d;
        location %s/ {
            proxy_pass http://%s;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }
    }
}
""" % (self.top, self.log, temporary, self.port, prefix, to + "/" * bool(prefix)))]
