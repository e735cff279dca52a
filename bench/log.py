# SPDX-License-Identifier: MIT
"""What an access log costs: every server with and without one, in one interleaved run."""

import statistics
import time

import compare
import report
import wire
import workloads
import wrk
from procs import cpu_between, cpu_sample
from stage import Stage, need, say

SETTLE = 0.2  # seconds in which what is buffered is written


def visit(stage, workload, name, options):
    """CPU microseconds a request, and what wrk says."""
    process = stage.running[name]
    argv = wrk.command(
        f"http://127.0.0.1:{stage.ports[name]}{workload.path}",
        workload.connections,
        options.seconds,
        headers=workload.headers,
        lua=workload.lua_path(),
        lua_args=workload.lua_args,
    )
    wrk.warm_up(argv, stage.client_cpus, options.warmup)
    time.sleep(SETTLE)
    before = cpu_sample(process.pid)
    result = wrk.run(argv, stage.client_cpus, options.seconds)
    time.sleep(SETTLE)
    result["cpu_us"] = cpu_between(before, cpu_sample(process.pid)) / 1000 / max(1, result["requests"])
    return result


def summary(names, rounds):
    """For each: the median, and the median of the ratios to the same server without a log."""
    outcome = {}
    for name in names:
        base = name.split()[0]
        outcome[name] = {
            "cpu_us": statistics.median(one[name]["cpu_us"] for one in rounds),
            "ratio": statistics.median(one[name]["cpu_us"] / one[base]["cpu_us"] for one in rounds),
            "rate": statistics.median(one[name]["rate"] for one in rounds),
            "errors": {kind: sum(one[name]["errors"][kind] for one in rounds) for kind in rounds[0][name]["errors"]},
        }
    return outcome


def measure(stage, workload, names, options):
    rounds = []
    for i in range(options.rounds):
        turn = i % len(names)
        rounds.append({name: visit(stage, workload, name, options) for name in names[turn:] + names[:turn]})
    return {"title": workload.title, "servers": summary(names, rounds), "rounds": rounds}


def main(options):
    need("wrk")
    options.seconds = options.seconds or 2
    chosen = compare.choose_workloads(options.only) if options.only else workloads.TABLE[:1]
    outcome = {"workloads": {}}
    with Stage(options) as stage:
        outcome["machine"] = stage.describe()
        report.print_machine(outcome["machine"])
        names = [stage.start(peer, log) for peer in stage.peers for log in peer.logs]
        visits = len(names) * options.rounds * len(chosen)
        say(f"about {visits * (options.seconds + options.warmup + 2 * SETTLE + 0.2) / 60:.1f} minutes")
        for workload in chosen:
            for name in names:
                wire.fetch(stage.ports[name], wire.get(workload.path, stage.ports[name]))
            outcome["workloads"][workload.name] = measure(stage, workload, names, options)
            report.print_log(outcome["workloads"][workload.name], options)
    report.write_json(options.json, outcome)
    return 0
