# SPDX-License-Identifier: MIT
"""What every benchmark stands on: the builds, a temporary directory, the servers that run, and their end."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import peers
import wire
import workloads
from procs import BenchError, Process, child_setup, raise_fd_limit

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
FLOOR_SOURCES = ("floor.c", "floor_options.c")
FLOOR_FLAGS = ("-std=gnu11", "-D_GNU_SOURCE", "-O2", "-pthread")


def say(text):
    print(text, file=sys.stderr, flush=True)


def build(argv, what):
    done = subprocess.run(argv, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise BenchError(f"{what} does not build:\n{done.stdout[-4000:]}")


def build_batond():
    build(["cmake", "--preset", "release"], "batond")
    build(["cmake", "--build", "--preset", "release"], "batond")
    return PROJECT / "build" / "release" / "batond"


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise BenchError(f"{tool} is not installed (apt-get install {tool})")


def choose_cpus(server, client):
    """One CPU for the server and another for wrk, of those that this process may use."""
    allowed = sorted(os.sched_getaffinity(0))
    server = allowed[0] if server is None else server
    client = allowed[min(1, len(allowed) - 1)] if client is None else client
    if not {server, client} <= set(allowed):
        raise BenchError(f"CPU {server} or {client} is not among those that may be used here: {allowed}")
    if server == client:
        say("note: server and wrk share one CPU here; requests a second and latencies mean little")
    return {server}, {client}


class PipeReader:
    """Reads a FIFO and throws away what comes, as long as it is not told to stop reading."""

    def __init__(self, path, cpus):
        os.mkfifo(path)
        argv = ["sh", "-c", 'exec cat "$0" >/dev/null', str(path)]
        self.popen = subprocess.Popen(argv, stdin=subprocess.DEVNULL, preexec_fn=child_setup(cpus))
        self.hold = os.open(path, os.O_RDWR)  # so that neither side waits for the other to open it

    def pause(self):
        self.popen.send_signal(signal.SIGSTOP)

    def resume(self):
        self.popen.send_signal(signal.SIGCONT)

    def stop(self):
        self.resume()
        os.close(self.hold)
        self.popen.kill()
        self.popen.wait()


class Stage:
    """Use as a context: whatever was started has ended, and the files are gone, when it is left."""

    def __init__(self, options, workers=1, connections=4096, pinned=True):
        self.options = options
        self.workers = workers
        self.connections = connections
        self.server_cpus, self.client_cpus = None, None
        if pinned:
            self.server_cpus, self.client_cpus = choose_cpus(options.server_cpu, options.client_cpu)
        self.running = {}  # name -> Process, in the order of the tables
        self.readers = {}  # name -> PipeReader, of those that log to a pipe
        self.ports = {}
        self.versions = {}
        self.floor_path = None

    def __enter__(self):
        try:
            self.home = Path(tempfile.mkdtemp(prefix="baton-bench-"))
            self.home.chmod(0o755)
            self.root = self.home / "root"
            self.root.mkdir()
            self.fd_limit = raise_fd_limit()
            self.peers = self.choose_peers()
            ports = wire.free_ports(len(self.peers) + 1)
            self.floor_port = ports.pop()
            self.ports = {peer.name: port for peer, port in zip(self.peers, ports)}
            workloads.make_root(self.root)
            return self
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise

    def __exit__(self, *_):
        for name in list(self.running):
            self.stop(name)
        if hasattr(self, "home"):
            shutil.rmtree(self.home, ignore_errors=True)

    def choose_peers(self):
        without = set(self.options.without)
        known = peers.known(self.options.before and Path(self.options.before).resolve())
        unknown = without - {peer.name for peer in known}
        if unknown:
            raise BenchError(f"--without: unknown server '{sorted(unknown)[0]}'")
        chosen = []
        for peer in known:
            if peer.name in without:
                continue
            if peer.name == "batond":
                peer.path = Path(self.options.batond).resolve() if self.options.batond else build_batond()
            if not peer.binary():
                say(f"{peer.name} is left out: it is not installed (apt-get install {peer.package})")
                continue
            if not os.access(peer.binary(), os.X_OK):
                raise BenchError(f"{peer.binary()} is not a program")
            self.versions[peer.name] = peer.version()
            chosen.append(peer)
        if not chosen:
            raise BenchError("no server is left")
        return chosen

    def start(self, peer, log="off"):
        """One that has an access log runs beside one that has none, under a name of its own. Returns its name."""
        name = peer.name if log == "off" else f"{peer.name} {log}"
        home = self.home / name.replace(" ", "-")
        home.mkdir(exist_ok=True)
        port = self.ports.setdefault(name, 0) or wire.free_ports(1)[0]
        self.ports[name] = port
        site = peers.Site(home, self.root, port, self.workers, self.connections, self.fd_limit, log)
        if log == "pipe":
            self.readers[name] = PipeReader(home / "access", self.client_cpus)
        self.launch(name, peer.argv(site), home)
        wire.wait_ready(self.running[name], port, wire.get("/1k.html", port))
        return name

    def start_floor(self, workload, request, response):
        """The floor for one workload: `response`, taken from a real server, for each request of that length."""
        if not self.floor_path:
            self.floor_path = self.home / "floor-program"
            sources = [str(HERE / source) for source in FLOOR_SOURCES]
            build([os.environ.get("CC", "cc"), *FLOOR_FLAGS, "-o", str(self.floor_path), *sources], "the floor")
        home = self.home / "floor"
        home.mkdir(exist_ok=True)
        canned = home / "response"
        canned.write_bytes(response.bytes)
        argv = [str(self.floor_path), "--port", str(self.floor_port), "--response", str(canned)]
        argv += ["--request-size", str(len(request)), "--mode", workload.floor]
        if workload.floor == "sendfile":
            argv += ["--body", str(self.root / workload.path[1:])]
        if workload.floor != "handoff":
            argv += ["--workers", str(self.workers)]
        self.ports["floor"] = self.floor_port
        self.launch("floor", argv, home)
        wire.wait_ready(self.running["floor"], self.floor_port, request)

    def launch(self, name, argv, home):
        self.running[name] = Process(name, argv, home / "log", self.server_cpus)

    def stop(self, name):
        self.running.pop(name).stop()
        if name in self.readers:
            self.readers.pop(name).stop()

    def describe(self):
        """What a reader of the numbers wants to know of the machine, without its name."""
        return {
            "kernel": os.uname().release,
            "cpu": cpu_model(),
            "cpus": len(os.sched_getaffinity(0)),
            "server_cpus": sorted(self.server_cpus or ()),
            "client_cpus": sorted(self.client_cpus or ()),
            "workers": self.workers,
            "versions": self.versions,
        }


def cpu_model():
    try:
        with open("/proc/cpuinfo") as info:
            return next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "unknown")
    except OSError:
        return "unknown"
