# SPDX-License-Identifier: MIT
"""The front ends: Debian's HAProxy, nginx, Varnish and h2o, each as a reverse proxy that keeps its connections.

A lane is a port of a front end and the port behind it to which it forwards, by a pool of connections of its own. On
one lane one visit goes on at a time, so the connection that a crafted request used is the one the next request gets.
A front end puts its mark on each request: the User-Agent becomes MARK, the method and the target as the front end
reads them. Bytes of a body that the server behind takes for a request have no such mark.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import time

from batontest.patience import PATIENCE, eventually

SEARCH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
MARK = "front-end-read"


def without_version(line):
    """Method and target of a request line; a log cuts long ones off."""
    return line.rpartition(" ")[0] if re.search(r" HTTP/\d.\d$", line) else line


def shorten(read):
    """Method and target in the form that is common to all: no scheme, no authority, and no more than a log holds."""
    method, _, target = read.partition(" ")
    return (method + " " + re.sub(r"^\w+://[^/?]*", "", target))[:700]


class Lane:
    """One way through a front end. `letter` ends the names of its visits."""

    def __init__(self, flavour, letter, port, behind):
        self.flavour, self.letter, self.port, self.behind = flavour, letter, port, behind


class Front:
    """One front end. `flavours` are ways to configure it; `cached` tells whether it answers from memory."""

    name = package = binary = ""
    flavours = ("plain",)
    caches = False

    def __init__(self, home):
        self.home = os.path.join(home, self.name)
        self.process = None
        self.log_path = os.path.join(self.home, "output")

    def found(self):
        return shutil.which(self.binary, path=SEARCH)

    def prepare(self, lanes, useful):
        """Write the configuration; the command line. `useful` is the lane of useful.py's tests."""
        raise NotImplementedError

    def write(self, name, text):
        path = os.path.join(self.home, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start(self, lanes, drill, useful):
        os.makedirs(self.home, exist_ok=True)
        command = self.prepare(lanes + [drill], useful)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.home,
                                            start_new_session=True)
        for lane in [*lanes, useful]:
            if not eventually(lambda port=lane.port: self._listens(port) or not self.alive()) or not self.alive():
                raise RuntimeError("%s does not listen: %s" % (self.name, self.output()[-1000:]))

    @staticmethod
    def _listens(port):
        try:
            socket.create_connection(("127.0.0.1", port), PATIENCE).close()
            return True
        except OSError:
            return False

    def alive(self):
        """Looks without reaping: as long as it is not reaped, nobody else can be given its id."""
        return self.process is not None and (
            self.process.returncode is None and
            os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None)

    def output(self):
        with open(self.log_path, encoding="latin-1") as log:
            return log.read()

    def stop(self, within=3.0):
        """SIGTERM, then SIGKILL for what is left of its session, which is ours alone."""
        if self.process is None or self.process.returncode is not None:
            return
        os.kill(self.process.pid, signal.SIGTERM)
        deadline = time.monotonic() + within
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def forwarded(self, request):
        """Whether the front end meant this request, by its mark."""
        mark, _, read = request.agent.partition(" ")
        return mark == MARK and shorten(read) == shorten(without_version(request.line))


class Direct(Front):
    """None: clients that speak to the server itself."""

    name = "direct"

    def found(self):
        return "-"

    def start(self, lanes, drill, useful):
        for lane in [*lanes, drill, useful]:
            lane.port = lane.behind

    def stop(self, within=3.0):
        pass

    def alive(self):
        return True

    def forwarded(self, request):
        return True


class Haproxy(Front):
    """Also with the option that lets strange bytes pass."""

    name = package = binary = "haproxy"
    flavours = ("plain", "lax")

    def prepare(self, lanes, useful):
        parts = ["""\
global
    nbthread 1
    tune.bufsize 65536
    tune.http.maxhdr 1500
defaults
    mode http
    http-reuse always
    timeout connect 10m
    timeout check 10m
    timeout client 10m
    timeout server 10m
"""]
        mark = '    http-request set-header User-Agent "%s %%[method] %%[url]"\n' % MARK
        for number, lane in enumerate(lanes):
            lax = "    option accept-invalid-http-request\n" if lane.flavour == "lax" else ""
            parts.append("listen lane%d\n    bind 127.0.0.1:%d\n%s%s    server behind 127.0.0.1:%d\n" % (
                number, lane.port, mark, lax, lane.behind))
        parts.append("""\
listen useful
    bind 127.0.0.1:%d
    option httpchk
    http-check send meth GET uri /alive.txt ver HTTP/1.1 hdr Host test
    http-check expect status 200
    server behind 127.0.0.1:%d check inter 100ms fall 1 rise 1
""" % (useful.port, useful.behind))
        return [self.found(), "-db", "-f", self.write("haproxy.cfg", "".join(parts))]


class Nginx(Front):
    """Also passing bodies on as they come, with fields that it takes for invalid."""

    name = package = binary = "nginx"
    flavours = ("plain", "streaming")
    STREAMING = """\
        proxy_request_buffering off;
        ignore_invalid_headers off;
        underscores_in_headers on;
        large_client_header_buffers 4 64k;
"""

    def prepare(self, lanes, useful):
        temporary = "\n".join("    %s_temp_path %s/%s;" % (kind, self.home, kind)
                              for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        servers = [self._server(lane, number, self.STREAMING if lane.flavour == "streaming" else "")
                   for number, lane in enumerate(lanes)]
        servers.append(self._server(useful, len(lanes), """\
        proxy_cache kept;
        proxy_cache_valid 200 1s;
        proxy_cache_revalidate on;
        add_header X-Kept $upstream_cache_status;
"""))
        path = self.write("nginx.conf", """\
%sdaemon off;
worker_processes 1;
pid %s/nginx.pid;
error_log stderr crit;
events { worker_connections 512; }
http {
%s
    access_log off;
    client_max_body_size 0;
    keepalive_requests 1000000;
    keepalive_timeout 10m;
    client_header_timeout 10m;
    client_body_timeout 10m;
    proxy_read_timeout 10m;
    proxy_send_timeout 10m;
    proxy_connect_timeout 10m;
    proxy_cache_path %s/kept keys_zone=kept:1m;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Connection "";
    proxy_set_header User-Agent "%s $request_method $request_uri";
%s}
""" % ("user root;\n" if os.geteuid() == 0 else "", self.home, temporary, self.home, MARK, "".join(servers)))
        return [self.found(), "-p", self.home, "-e", "stderr", "-c", path]

    @staticmethod
    def _server(lane, number, more):
        return """\
    upstream behind%d { server 127.0.0.1:%d; keepalive 4; keepalive_requests 1000000; keepalive_timeout 10m; }
    server {
        listen 127.0.0.1:%d;
%s        location / { proxy_pass http://behind%d; }
    }
""" % (number, lane.behind, lane.port, more, number)


class Varnish(Front):
    name, package, binary = "varnish", "varnish", "varnishd"
    caches = True
    LIMITS = ("http_max_hdr=512", "http_req_hdr_len=48k", "http_req_size=64k", "workspace_client=256k",
              "workspace_backend=256k", "thread_pools=1", "thread_pool_min=50", "http_gzip_support=off",
              "timeout_idle=600", "connect_timeout=600", "first_byte_timeout=600",
              "between_bytes_timeout=600", "backend_idle_timeout=600", "idle_send_timeout=600", "send_timeout=600")

    def prepare(self, lanes, useful):
        every = lanes + [useful]
        backends = "".join('backend b%d { .host = "127.0.0.1"; .port = "%d"; }\n' % (number, lane.behind)
                           for number, lane in enumerate(every))
        choices = "".join('    if (local.socket == "a%d") { set req.backend_hint = b%d; }\n' % (number, number)
                          for number in range(len(every)))
        path = self.write("front.vcl", """\
vcl 4.1;
%ssub vcl_recv {
%s}
sub vcl_backend_fetch {
    set bereq.http.User-Agent = "%s " + bereq.method + " " + bereq.url;
}
sub vcl_pipe {
    set bereq.http.User-Agent = "%s " + bereq.method + " " + bereq.url;
}
sub vcl_backend_response {
    if (bereq.url ~ "^/soon-") {
        set beresp.ttl = 0.3s;
        set beresp.grace = 0s;
        set beresp.keep = 60s;
    }
}
sub vcl_deliver {
    set resp.http.X-Hits = obj.hits;
}
""" % (backends, choices, MARK, MARK))
        command = [self.found(), "-F", "-j", "none", "-n", os.path.join(self.home, "work"), "-T", "none", "-f", path,
                   "-s", "default,32m"]
        for number, lane in enumerate(every):
            command += ["-a", "a%d=127.0.0.1:%d" % (number, lane.port)]
        for limit in self.LIMITS:
            command += ["-p", limit]
        return command


class H2o(Front):
    """It puts no mark on requests; its own log says what it read."""

    name = package = binary = "h2o"

    def __init__(self, home):
        super().__init__(home)
        self.access_path = os.path.join(self.home, "access")
        self.read, self.size = set(), 0

    def prepare(self, lanes, useful):
        hosts = "".join("""\
  "lane%d":
    listen:
      host: 127.0.0.1
      port: %d
    paths:
      "/":
        proxy.reverse.url: "http://127.0.0.1:%d/"
""" % (number, lane.port, lane.behind) for number, lane in enumerate(lanes + [useful]))
        path = self.write("h2o.conf", """\
%snum-threads: 1
proxy.preserve-host: ON
http1-request-timeout: 600
proxy.timeout.io: 600000
proxy.timeout.keepalive: 600000
limit-request-body: 1073741824
access-log:
  path: %s
  format: "%%m %%U%%q"
hosts:
%s""" % ("user: root\n" if os.geteuid() == 0 else "", self.access_path, hosts))
        return [self.found(), "-m", "worker", "-c", path]

    def forwarded(self, request):
        size = os.path.getsize(self.access_path)
        if size != self.size:
            self.size = size
            with open(self.access_path, encoding="latin-1") as log:
                self.read = {line.rstrip("\n")[:700] for line in log}
        # It puts a slash before a target in absolute form, and sends that.
        line = without_version(request.line)[:700]
        return line in self.read or line.replace(" /", " ", 1) in self.read


KNOWN = (Direct, Haproxy, Nginx, Varnish, H2o)
