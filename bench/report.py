# SPDX-License-Identifier: MIT
"""Tables for people, JSON for programs."""

import json
import statistics


def span(seconds):
    """A duration in the unit that suits it."""
    if seconds is None:
        return "-"
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} us"
    if seconds < 1:
        return f"{seconds * 1e3:.2f} ms"
    return f"{seconds:.2f} s"


def ratio(value):
    return "-" if value is None else f"{value:.2f}"


def errors(counts):
    """`0`, or what went wrong and how often, marked."""
    bad = [f"{count} {kind}" for kind, count in counts.items() if count]
    return "!! " + ", ".join(bad) if bad else "0"


def table(columns, rows):
    """The first and the last column to the left, all others to the right."""
    widths = [max(len(row[i]) for row in [columns, *rows]) for i in range(len(columns))]
    lines = []
    for row in [columns, *rows]:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1])]
        cells.append(row[-1])
        lines.append(("  " + "  ".join(cells)).rstrip())
    print("\n".join(lines), flush=True)


def print_machine(machine):
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    print(f"Linux {machine['kernel']}, {machine['cpu']}, {machine['cpus']} CPUs; {machine['workers']} worker(s)")
    if machine["server_cpus"]:
        print(f"servers on CPU {machine['server_cpus'][0]}, wrk on CPU {machine['client_cpus'][0]}")
    print(f"floor, {versions}", flush=True)


def print_workload(outcome, options):
    print(f"\n{outcome['title']} ({options.rounds} rounds of {options.seconds} s, medians)")
    rows = []
    for name, server in outcome["servers"].items():
        rows.append(
            [
                name,
                f"{server['cpu_us']:.2f}",
                ratio(server["ratio"]),
                f"{server['rate']:,.0f}",
                span(server["p50_s"]),
                span(server["p99_s"]),
                errors(server["errors"]),
            ]
        )
    table(["server", "CPU us/request", "x floor", "requests/s", "p50", "p99", "errors"], rows)
    if outcome["change"]:
        change = sorted(outcome["change"])
        print(f"batond over before: {statistics.median(change):.3f} ({change[0]:.3f} to {change[-1]:.3f})")
    for note in outcome["notes"]:
        print(f"  note: {note}")


def print_summary(outcomes):
    """All workloads in one table: the floor in microseconds, everyone else as a multiple of it."""
    names = list(dict.fromkeys(name for outcome in outcomes.values() for name in outcome["servers"]))
    names = [name for name in names if name != "floor"]
    rows = []
    for workload, outcome in outcomes.items():
        servers = outcome["servers"]
        cells = [workload, f"{servers['floor']['cpu_us']:.2f}" if "floor" in servers else "-"]
        cells += [ratio(servers[name]["ratio"]) if name in servers else "-" for name in names]
        bad = [name for name, server in servers.items() if any(server["errors"].values())]
        rows.append([*cells, "!! errors: " + ", ".join(bad) if bad else ""])
    print("\nCPU: the floor in us a request, the servers as multiples of the floor")
    table(["workload", "floor", *names, ""], rows)


def print_original(title, results):
    print(f"\n{title}")
    rows = [
        [
            name,
            f"{result['rate']:,.0f}",
            span(result["average_s"]),
            span(result["p50_s"]),
            span(result["p99_s"]),
            f"{result['cpu_us']:.2f}",
            errors(result["errors"]),
        ]
        for name, result in results.items()
    ]
    table(["server", "requests/s", "average", "p50", "p99", "CPU us/request", "errors"], rows)


def print_idle(count, servers):
    print(f"\n{count:,} idle keep-alive connections, each after one answer")
    rows = [
        [
            name,
            f"{server['before'] / 1024:,.0f} KiB",
            f"{server['after'] / 1024:,.0f} KiB",
            f"{(server['after'] - server['before']) / server['count']:,.0f}",
            f"!! {server['closed']} closed by the server" if server["closed"] else "",
        ]
        for name, server in servers.items()
    ]
    table(["server", "PSS before", "PSS after", "bytes/connection", ""], rows)


def print_log(outcome, options):
    print(f"\n{outcome['title']} ({options.rounds} rounds of {options.seconds} s, medians)")
    rows = [
        [name, f"{one['cpu_us']:.2f}", f"{one['ratio']:.3f}", f"{one['rate']:,.0f}", errors(one["errors"])]
        for name, one in outcome["servers"].items()
    ]
    table(["server, log", "CPU us/request", "x without", "requests/s", "errors"], rows)


def print_stuck(outcome, said, options):
    print(f"\nthe log goes to a pipe ({options.rounds} rounds of {options.seconds} s, medians)")
    rows = [
        [name, f"{one['rate']:,.0f}", span(one["p50_s"]), span(one["p99_s"]), errors(one["errors"])]
        for name, one in outcome.items()
    ]
    table(["", "requests/s", "p50", "p99", "errors"], rows)
    lines = [line for line in said.splitlines() if "missing lines" in line]
    print("\n".join(f"  {line.strip()}" for line in lines) or "  !! it said nothing of missing lines")


def print_syscalls(name, connections, requests, calls, wrong):
    print(f"\n{name}: system calls in {requests:,} keep-alive requests on {connections} connections")
    counts = sorted(calls.items(), key=lambda item: -item[1])
    rows = [[call, f"{count:,}", f"{count / requests:.4f}", ""] for call, count in counts]
    total = sum(calls.values())
    rows.append(["all", f"{total:,}", f"{total / requests:.4f}", ""])
    table(["call", "calls", "a request", ""], rows)
    for line in wrong:
        print(f"  !! {line}")


def write_json(path, outcome):
    if path:
        with open(path, "w") as out:
            json.dump(outcome, out, indent=2)
            out.write("\n")
