# SPDX-License-Identifier: MIT
"""Latencies of batond while nobody reads the pipe that its access log goes to, and while somebody does. The lines are long,
so that the queue is full soon, and for most of the time."""

import statistics

import report
import workloads
import wrk
from procs import BenchError
from stage import Stage, need, say


LONG = ("Referer: " + "r" * 700, "User-Agent: " + "u" * 700)


def visit(stage, name, stuck, options):
    url = f"http://127.0.0.1:{stage.ports[name]}{workloads.TABLE[0].path}"
    argv = wrk.command(url, workloads.TABLE[0].connections, options.seconds, headers=LONG)
    wrk.warm_up(argv, stage.client_cpus, options.warmup)
    if stuck:
        stage.readers[name].pause()
    try:
        return wrk.run(argv, stage.client_cpus, options.seconds)
    finally:
        stage.readers[name].resume()


def summary(results):
    return {
        "rate": statistics.median(result["rate"] for result in results),
        "p50_s": statistics.median(result["p50_s"] for result in results),
        "p99_s": statistics.median(result["p99_s"] for result in results),
        "errors": {kind: sum(result["errors"][kind] for result in results) for kind in results[0]["errors"]},
    }


def main(options):
    need("wrk")
    options.seconds = options.seconds or 10
    with Stage(options) as stage:
        machine = stage.describe()
        report.print_machine(machine)
        peer = next((peer for peer in stage.peers if "pipe" in peer.logs), None)
        if not peer:
            raise BenchError("no server is left that logs to a pipe")
        name = stage.start(peer, "pipe")
        say(f"about {2 * options.rounds * (options.seconds + options.warmup) / 60:.1f} minutes")
        results = {False: [], True: []}
        for i in range(options.rounds):
            for stuck in (False, True) if i % 2 == 0 else (True, False):
                results[stuck].append(visit(stage, name, stuck, options))
        said = stage.running[name].log_tail()
    outcome = {"reader reads": summary(results[False]), "reader is stopped": summary(results[True])}
    report.print_stuck(outcome, said, options)
    report.write_json(options.json, {"machine": machine, "outcome": outcome, "said": said})
    return 0 if "missing lines" in said else 1
