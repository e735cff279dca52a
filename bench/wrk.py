# SPDX-License-Identifier: MIT
"""wrk: its command line, and what it prints."""

import re
import signal
import subprocess
import time

from procs import BenchError, child_setup

SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
TIME = r"([\d.]+)(us|ms|s|m|h)"


def command(url, connections, seconds, threads=1, headers=(), lua=None, lua_args=()):
    argv = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency"]
    for header in headers:
        argv += ["-H", header]
    if lua:
        argv += ["-s", str(lua)]
    argv.append(url)
    if lua_args:
        argv += ["--", *lua_args]
    return argv


def start(argv, cpus):
    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=child_setup(cpus),
    )


def finish(client, patience):
    try:
        output, _ = client.communicate(timeout=patience)
    except subprocess.TimeoutExpired as error:
        raise BenchError("wrk did not end in time") from error
    finally:
        if client.poll() is None:
            client.kill()
            client.wait()
    return output


def warm_up(argv, cpus, seconds):
    """wrk counts whole seconds; an interrupt ends it earlier, in its own good order."""
    client = start(argv, cpus)
    try:
        time.sleep(seconds)
        client.send_signal(signal.SIGINT)
    finally:
        finish(client, 15)


def run(argv, cpus, seconds):
    return parse(finish(start(argv, cpus), seconds + 20))


def seconds_of(pattern, output):
    """None where wrk prints zero, as it does for the high percentiles of pipelined requests."""
    match = re.search(pattern, output, re.MULTILINE)
    if not match:
        return None
    return float(match.group(1)) * SECONDS[match.group(2)] or None


def parse(output):
    total = re.search(r"(\d+) requests in " + TIME, output)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if not total or not rate:
        raise BenchError("wrk failed:\n" + "".join(f"    {line}\n" for line in output.splitlines()[-8:]))
    errors = {"connect": 0, "read": 0, "write": 0, "timeout": 0, "status": 0}
    errors.update((kind, int(count)) for kind, count in re.findall(r"(connect|read|write|timeout) (\d+)", output))
    status = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    if status:
        errors["status"] = int(status.group(1))
    return {
        "requests": int(total.group(1)),
        "rate": float(rate.group(1)),
        "average_s": seconds_of(r"^\s+Latency\s+" + TIME + r"\s", output),
        "p50_s": seconds_of(r"^\s+50%\s+" + TIME, output),
        "p99_s": seconds_of(r"^\s+99%\s+" + TIME, output),
        "errors": errors,
    }
