# SPDX-License-Identifier: MIT
"""The two measurements that the design comes from, as they stand: all workers on, nobody pinned."""

import os
import time

import report
import wire
import wrk
import workloads
from procs import cpu_between, cpu_sample
from stage import Stage, need, say

SETTLE = 0.2
CASES = (  # threads, connections, seconds
    (10, 1000, 30),
    (1, 1, 10),
)


def start_floor(stage, reference):
    """The floor sends what the reference answers to a request of wrk's."""
    workload = workloads.TABLE[0]
    argv = wrk.command(f"http://127.0.0.1:{stage.floor_port}{workload.path}", 1, 1)
    request = wire.capture(stage.floor_port, lambda: wrk.start(argv, None), 1)
    answer = wire.fetch(stage.ports[reference], request)
    stage.start_floor(workload, request, answer)


def measure(stage, name, case):
    threads, connections, seconds = case
    process = stage.running[name]
    argv = wrk.command(f"http://127.0.0.1:{stage.ports[name]}/1k.html", connections, seconds, threads=threads)
    before = cpu_sample(process.pid)
    result = wrk.run(argv, None, seconds)
    time.sleep(SETTLE)
    result["cpu_ns"] = cpu_between(before, cpu_sample(process.pid))
    result["cpu_us"] = result["cpu_ns"] / 1000 / max(1, result["requests"])
    return result


def main(options):
    need("wrk")
    cases = [(threads, count, options.seconds or seconds) for threads, count, seconds in CASES]
    outcome = {"cases": {}}
    with Stage(options, workers=len(os.sched_getaffinity(0)), pinned=False) as stage:
        outcome["machine"] = stage.describe()
        report.print_machine(outcome["machine"])
        for peer in stage.peers:
            stage.start(peer)
        names = list(stage.running)
        start_floor(stage, names[0])
        say(f"about {sum(seconds + 1 for *_, seconds in cases) * (len(names) + 1)} seconds")
        for case in cases:
            title = "wrk -t{} -c{} -d{}s --latency, 1 KiB".format(*case)
            results = {name: measure(stage, name, case) for name in ["floor", *names]}
            outcome["cases"][title] = results
            report.print_original(title, results)
    report.write_json(options.json, outcome)
    return 0
