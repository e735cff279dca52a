# SPDX-License-Identifier: MIT
"""The servers that are compared, each configured as one who knows it would for this work.

A peer is a class with a name, the Debian package that it comes from, and `argv(site)`, which writes its configuration
below site.home and returns the command line that serves site.root in the foreground.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SEARCH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])


@dataclass
class Site:
    """What a server is to serve, and with how much."""

    home: Path  # its configuration and logs
    root: Path
    port: int
    workers: int
    connections: int
    fd_limit: int
    log: str = "off"  # one of the server's own `logs`


class Peer:
    name = ""
    package = ""
    logs = ("off", "combined")  # the access logs that it can write, to site.home / "access"
    version_flag = "-v"

    def binary(self):
        return shutil.which(self.name, path=SEARCH)

    def version(self):
        done = subprocess.run(
            [self.binary(), self.version_flag], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=10
        )
        words = done.stdout.replace("/", " ").split()
        return next((word for word in words if word[0].isdigit()), "?")

    def argv(self, site):
        raise NotImplementedError

    def write(self, site, text):
        path = site.home / f"{self.name}.conf"
        path.write_text(text)
        return str(path)


class Batond(Peer):
    name = "batond"
    version_flag = "-V"
    logs = ("off", "combined", "json", "pipe")  # the last: combined, to a FIFO

    def __init__(self, path):
        self.path = path

    def binary(self):
        return str(self.path)

    def argv(self, site):
        return [
            self.binary(),
            "-c",
            self.write(
                site,
                f"""\
[server]
workers = {site.workers}

[listen main]
address = 127.0.0.1:{site.port}

[log]
access = {"off" if site.log == "off" else site.home / "access"}
format = {"json" if site.log == "json" else "combined"}

[site bench]
root = {site.root}
""",
            ),
        ]


class Nginx(Peer):
    name = "nginx"
    package = "nginx"

    def argv(self, site):
        user = "user root;" if os.geteuid() == 0 else ""
        cached = max(512, min(20000, site.fd_limit - site.connections - 512))
        temporary = "\n".join(
            f"    {kind}_temp_path {site.home}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        config = self.write(
            site,
            f"""\
{user}
daemon off;
worker_processes {site.workers};
worker_rlimit_nofile {site.fd_limit};
pid {site.home}/nginx.pid;
error_log stderr error;
events {{
    use epoll;
    worker_connections {site.connections};
    multi_accept on;
}}
http {{
{temporary}
    types {{ text/html html; application/octet-stream bin; }}
    access_log {"off" if site.log == "off" else f"{site.home}/access combined buffer=64k flush=1s"};
    log_not_found off;
    sendfile on;
    tcp_nopush on;
    tcp_nodelay on;
    keepalive_timeout 75s;
    keepalive_time 1h;
    keepalive_requests 1000000000;
    reset_timedout_connection on;
    open_file_cache max={cached} inactive=60s;
    open_file_cache_valid 30s;
    open_file_cache_min_uses 1;
    open_file_cache_errors on;
    server {{
        listen 127.0.0.1:{site.port} backlog=4096 deferred;
        server_name localhost;
        root {site.root};
    }}
}}
""",
        )
        return [self.binary(), "-p", str(site.home), "-e", "stderr", "-c", config]


class Lighttpd(Peer):
    name = "lighttpd"
    package = "lighttpd"

    def argv(self, site):
        workers = f"server.max-worker = {site.workers}" if site.workers > 1 else ""
        log = ""
        if site.log != "off":
            log = f'server.modules = ( "mod_accesslog" )\naccesslog.filename = "{site.home}/access"'
        config = self.write(
            site,
            f"""\
server.document-root = "{site.root}"
server.bind = "127.0.0.1"
server.port = {site.port}
server.listen-backlog = 4096
server.defer-accept = 10
server.event-handler = "linux-sysepoll"
server.network-backend = "sendfile"
server.stat-cache-engine = "simple"
server.max-fds = {site.fd_limit}
server.max-connections = {site.connections}
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = 75
mimetype.assign = ( ".html" => "text/html", ".bin" => "application/octet-stream" )
{workers}
{log}
""",
        )
        return [self.binary(), "-D", "-f", config]


class H2o(Peer):
    name = "h2o"
    package = "h2o"
    version_flag = "--version"

    def argv(self, site):
        user = "user: root" if os.geteuid() == 0 else ""
        log = "" if site.log == "off" else f"access-log: {site.home}/access"
        config = self.write(
            site,
            f"""\
{user}
{log}
num-threads: {site.workers}
max-connections: {site.connections}
http1-request-timeout: 75
compress: OFF
file.send-compressed: OFF
listen:
  host: 127.0.0.1
  port: {site.port}
hosts:
  default:
    paths:
      "/":
        file.dir: {site.root}
""",
        )
        return [self.binary(), "-m", "worker", "-c", config]


class Before(Batond):
    """Another build of it, so that the cost of a change is seen in one run."""

    name = "before"


def known(before_path=None):
    """All of them, in the order of the tables. What the stage builds has no path yet."""
    before = [Before(before_path)] if before_path else []
    return [Batond(None), *before, Nginx(), Lighttpd(), H2o()]
