# SPDX-License-Identifier: MIT
"""The comparison: every server, every workload, one interleaved run.

Machines drift. So each round visits every server, the order turns by one each round, and a server is compared with
the floor of the same round; what is printed is the median over the rounds.
"""

import statistics
import time

import report
import wire
import workloads
import wrk
from procs import BenchError, cpu_between, cpu_sample
from stage import Stage, need, say

SETTLE = 0.05  # seconds in which a server closes what wrk left
FIRST_WARM_UP = 1.0


def choose_workloads(only):
    names = [workload.name for workload in workloads.TABLE]
    for name in only:
        if name not in names:
            raise BenchError(f"--only: unknown workload '{name}' (there are {', '.join(names)})")
    return [workload for workload in workloads.TABLE if not only or workload.name in only]


def validator(port, path):
    """The field that makes a request conditional, from the server's own answer."""
    answer = wire.fetch(port, wire.get(path, port))
    etag, modified = answer.field("ETag"), answer.field("Last-Modified")
    if etag:
        return f"If-None-Match: {etag}"
    if modified:
        return f"If-Modified-Since: {modified}"
    raise BenchError("an answer has neither ETag nor Last-Modified")


def median(values):
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


class Run:
    """One workload on a stage where the peers run already."""

    def __init__(self, stage, workload):
        self.stage = stage
        self.workload = workload
        self.reference = next(iter(stage.running))
        self.fields = {name: self.headers_for(name) for name in stage.running}
        self.fields["floor"] = self.fields[self.reference]
        self.rounds = {}
        self.notes = []

    def headers_for(self, name):
        if not self.workload.conditional:
            return self.workload.headers
        return (validator(self.stage.ports[name], self.workload.path),)

    def wrk_argv(self, name, seconds, connections=None):
        port = self.stage.floor_port if name == "floor" else self.stage.ports[name]
        return wrk.command(
            f"http://127.0.0.1:{port}{self.workload.path}",
            connections or self.workload.connections,
            seconds,
            headers=self.fields[name],
            lua=self.workload.lua_path(),
            lua_args=self.workload.lua_args,
        )

    def request_of(self, name):
        """One request as wrk sends it; of many paths, the workload's own."""
        argv = self.wrk_argv("floor", 1, connections=1)
        sent = wire.capture(self.stage.floor_port, lambda: wrk.start(argv, None), self.workload.depth)
        head, fields = sent.split(b"\r\n", 1)
        line = b"GET " + self.workload.path.encode() + b" HTTP/1.1"
        if len(line) != len(head):
            raise BenchError("wrk's requests are not of one length")
        request = line + b"\r\n" + fields
        return request if name == "floor" else self.with_fields(request, name)

    def with_fields(self, request, name):
        for own, other in zip(self.fields[name], self.fields["floor"]):
            request = request.replace(other.encode(), own.encode())
        return request

    def start_floor(self):
        request = self.request_of("floor")
        answer = wire.fetch(self.stage.ports[self.reference], request)
        self.stage.start_floor(self.workload, request, answer)
        self.check_all(request)

    def check_all(self, request):
        """Nobody is measured who answers something else."""
        expected = b"" if self.workload.status == 304 else (self.stage.root / self.workload.path[1:]).read_bytes()
        for name in list(self.stage.running):
            answer = wire.fetch(self.stage.ports[name], self.with_fields(request, name))
            if answer.status != self.workload.status or answer.body != expected:
                got = f"status {answer.status} and {len(answer.body)} bytes"
                due = f"status {self.workload.status} and {len(expected)}"
                raise BenchError(f"{name} answers workload {self.workload.name} with {got}; {due} were due")

    def visit(self, name, warm_up, seconds):
        """Measures once; a server that dies of it is left out from here on."""
        process = self.stage.running[name]
        try:
            result = self.measure(name, process, warm_up, seconds)
        except BenchError:
            if process.alive():
                raise
        if process.alive():
            self.rounds.setdefault(name, []).append(result)
            return
        self.notes.append(f"{name} died in this workload and is left out from here on\n{process.log_tail()}")
        self.stage.stop(name)

    def measure(self, name, process, warm_up, seconds):
        argv = self.wrk_argv(name, seconds)
        wrk.warm_up(argv, self.stage.client_cpus, warm_up)
        time.sleep(SETTLE)
        before = cpu_sample(process.pid)
        result = wrk.run(argv, self.stage.client_cpus, seconds)
        time.sleep(SETTLE)
        result["cpu_ns"] = cpu_between(before, cpu_sample(process.pid))
        result["cpu_us"] = result["cpu_ns"] / 1000 / max(1, result["requests"])
        return result

    def all_rounds(self, rounds, warm_up, seconds):
        for i in range(rounds):
            names = ["floor", *(name for name in self.stage.running if name != "floor")]
            turn = i % len(names)
            for name in names[turn:] + names[:turn]:
                if name in self.stage.running:
                    self.visit(name, max(warm_up, FIRST_WARM_UP) if i == 0 else warm_up, seconds)

    def outcome(self):
        floor = [result["cpu_us"] for result in self.rounds.get("floor", [])]
        servers = {}
        for name in ["floor", *(name for name in self.rounds if name != "floor")]:
            rounds = self.rounds.get(name)
            if not rounds:
                continue
            servers[name] = {
                key: median(result[key] for result in rounds) for key in ("cpu_us", "rate", "p50_s", "p99_s")
            }
            servers[name]["ratio"] = median(result["cpu_us"] / base for result, base in zip(rounds, floor))
            servers[name]["errors"] = {
                kind: sum(result["errors"][kind] for result in rounds) for kind in rounds[0]["errors"]
            }
            servers[name]["rounds"] = rounds
        return {"title": self.workload.title, "servers": servers, "change": self.change(), "notes": self.notes}

    def change(self):
        """What batond costs of what it cost before, round by round; none where only one of them ran."""
        pairs = zip(self.rounds.get("batond", []), self.rounds.get("before", []))
        return [after["cpu_us"] / before["cpu_us"] for after, before in pairs]


def run_workload(stage, workload, options):
    run = Run(stage, workload)
    try:
        run.start_floor()
        run.all_rounds(options.rounds, options.warmup, options.seconds)
    finally:
        if "floor" in stage.running:
            stage.stop("floor")
    return run.outcome()


def main(options):
    need("wrk")
    options.seconds = options.seconds or 2
    chosen = choose_workloads(options.only)
    outcome = {"rounds": options.rounds, "seconds": options.seconds, "workloads": {}}
    with Stage(options) as stage:
        outcome["machine"] = stage.describe()
        report.print_machine(outcome["machine"])
        for peer in stage.peers:
            stage.start(peer)
        visits = (len(stage.running) + 1) * options.rounds * len(chosen)
        say(f"about {visits * (options.seconds + options.warmup + 0.3) / 60:.1f} minutes")
        for workload in chosen:
            if not stage.running:
                raise BenchError("no server is left")
            outcome["workloads"][workload.name] = run_workload(stage, workload, options)
            report.print_workload(outcome["workloads"][workload.name], options)
    report.print_summary(outcome["workloads"])
    report.write_json(options.json, outcome)
    return 1 if any(result["notes"] for result in outcome["workloads"].values()) else 0
