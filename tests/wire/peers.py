# SPDX-License-Identifier: MIT
"""Other servers, each configured as well as it can be for the root of the wire tests.

A peer is what play.py needs of a daemon: connect(), root, port, broken. Only the process that was started here is
ever signalled, by its id.
"""

import os
import shutil
import signal
import socket
import subprocess
import time

from batontest.daemon import free_port

SEARCH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
TYPES = {
    "text/html": "html", "text/plain": "txt", "text/css": "css", "text/javascript": "js mjs", "text/xml": "xml",
    "application/json": "json", "image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg",
    "image/webp": "webp", "font/woff2": "woff2", "application/wasm": "wasm", "application/pdf": "pdf",
    "video/mp4": "mp4", "application/gzip": "gz"}


def full_type(name):
    return name + "; charset=utf-8" if name.startswith("text/") else name


class Peer:
    name, version_flag = "", "-v"
    codings = ()  # of siblings that it can send

    def __init__(self, top, root):
        self.top, self.root = os.path.join(top, self.name), root
        os.makedirs(self.top, exist_ok=True)
        self.port, self.process, self.broken, self.restarts = 0, None, False, 0

    def binary(self):
        return shutil.which(self.name, path=SEARCH)

    def version(self):
        done = subprocess.run([self.binary(), self.version_flag], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=10, check=False)
        return next((word for word in done.stdout.replace("/", " ").split() if word[0].isdigit()), "?")

    def arguments(self):
        raise NotImplementedError

    def write(self, text):
        path = os.path.join(self.top, "conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start(self):
        self.port, self.broken = free_port(), False
        with open(os.path.join(self.top, "stderr"), "ab") as errors:
            self.process = subprocess.Popen([self.binary(), *self.arguments()], stdin=subprocess.DEVNULL,
                                            stdout=errors, stderr=errors, cwd=self.top)
        deadline = time.monotonic() + 10
        while True:
            try:
                self.connect().close()
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    with open(os.path.join(self.top, "stderr"), encoding="utf-8") as errors:
                        said = errors.read()[-2000:]
                    self.stop()
                    raise RuntimeError("%s does not start: %s" % (self.name, said)) from None
                time.sleep(0.02)

    def connect(self, _via="tcp", timeout=5.0):
        sock = socket.create_connection(("127.0.0.1", self.port), timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
        if self.process is not None:
            self.process.wait()

    def restart(self):
        self.stop()
        self.start()
        self.restarts += 1


class Nginx(Peer):
    name, codings = "nginx", ("gzip",)

    def arguments(self):
        temporary = "".join("    %s_temp_path %s/%s;\n" % (kind, self.top, kind)
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        types = "".join("        %s %s;\n" % item for item in TYPES.items())
        config = self.write("""\
%s
daemon off;
worker_processes 1;
pid %s/pid;
error_log stderr crit;
events { worker_connections 4096; }
http {
%s
    types {
%s    }
    default_type application/octet-stream;
    charset utf-8;
    charset_types text/plain text/css text/javascript text/xml;
    access_log off;
    sendfile on;
    etag on;
    if_modified_since before;
    max_ranges 16;
    gzip_static on;
    gzip_vary on;
    keepalive_requests 100000;
    client_header_buffer_size 16k;
    large_client_header_buffers 4 16k;
    client_max_body_size 1m;
    lingering_timeout 500ms;
    lingering_time 1s;
    absolute_redirect off;
    server {
        listen 127.0.0.1:%d backlog=4096;
        server_name localhost;
        root %s;
        index index.html;
        location ~ /\\.(?!well-known(/|$)) { return 404; }
    }
}
""" % ("user root;" if os.geteuid() == 0 else "", self.top, temporary, types, self.port, self.root))
        return ["-p", self.top, "-e", "stderr", "-c", config]


class Lighttpd(Peer):
    name = "lighttpd"

    def arguments(self):
        types = ", ".join('".%s" => "%s"' % (suffix, full_type(name))
                          for name, suffixes in TYPES.items() for suffix in suffixes.split())
        return ["-D", "-f", self.write("""\
server.modules = ( "mod_access" )
server.document-root = "%s"
server.bind = "127.0.0.1"
server.port = %d
server.listen-backlog = 4096
server.stat-cache-engine = "disable"
server.max-keep-alive-requests = 65535
server.max-request-size = 1024
server.max-request-field-size = 16384
server.http-parseopts = ( "method-get-body" => "enable" )
server.feature-flags = ( "server.h2proto" => "disable" )
index-file.names = ( "index.html" )
mimetype.assign = ( %s, "" => "application/octet-stream" )
$HTTP["url"] =~ "/\\.(?!well-known(/|$))" { url.access-deny = ( "" ) }
""" % (self.root, self.port, types))]


class H2o(Peer):
    name, version_flag, codings = "h2o", "--version", ("br", "gzip")

    def arguments(self):
        types = "".join('  "%s": [%s]\n' % (full_type(name), ", ".join('".%s"' % each for each in suffixes.split()))
                        for name, suffixes in TYPES.items())
        return ["-m", "worker", "-c", self.write("""\
%s
num-threads: 1
max-connections: 4096
http1-upgrade-to-http2: OFF
limit-request-body: 1048576
compress: OFF
file.send-compressed: ON
file.index: [ "index.html" ]
file.mime.settypes:
%sfile.mime.setdefaulttype: "application/octet-stream"
listen:
  host: 127.0.0.1
  port: %d
hosts:
  default:
    paths:
      "/":
        file.dir: %s
""" % ("user: root" if os.geteuid() == 0 else "", types, self.port, self.root))]


ALL = (Nginx, Lighttpd, H2o)
