"""Times of the TypeScript kernel and of ipykernel, measured by Jupyter's own client: medians in seconds, as JSON."""

import json
import statistics
import sys
import time

from jupyter_client.manager import KernelManager

ROUNDS = 5
CELLS = 40
PATIENCE = 120
IMPORT = 'import { buildGan, imageGrid, loadMnist, lossCurve, tf, trainGan } from "@actl/generative"'


def run(client, code):
    """Seconds from sending a cell until its reply and `idle` are here."""
    start = time.perf_counter()
    sent = client.execute(code)
    reply = None
    while reply is None or reply["parent_header"].get("msg_id") != sent:
        reply = client.get_shell_msg(timeout=PATIENCE)
    if reply["content"]["status"] != "ok":
        sys.exit(f"{code}: {reply['content']}")
    while True:
        message = client.get_iopub_msg(timeout=PATIENCE)
        if message["parent_header"].get("msg_id") == sent and message["content"].get("execution_state") == "idle":
            return time.perf_counter() - start


def measure(kernel_name, times):
    start = time.perf_counter()
    manager = KernelManager(kernel_name=kernel_name)
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        run(client, "1 + 1")
        times["start"].append(time.perf_counter() - start)
        if kernel_name == "tslab":
            # At once, before the kernel has read the package's declarations in its idle moments: the worst case.
            times["import"].append(run(client, IMPORT))
            times["cell with the library"] += repeat(client)
        else:
            times["cell"] += repeat(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def measure_cells(times):
    """Trivial cells of a TypeScript notebook that has imported nothing."""
    manager = KernelManager(kernel_name="tslab")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        times["cell"] += repeat(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def repeat(client):
    run(client, "2 + 3")  # Whoever comes first pays for what is loaded once.
    return [run(client, f"{i} + 1") for i in range(CELLS)]


def main():
    names = ["start", "import", "cell", "cell with the library"]
    times = {kernel: {name: [] for name in names} for kernel in ["tslab", "python3"]}
    for _ in range(ROUNDS):
        # Interleaved: whatever else the machine does slows both alike.
        measure("tslab", times["tslab"])
        measure("python3", times["python3"])
        measure_cells(times["tslab"])
    medians = {
        kernel: {name: statistics.median(values) for name, values in of.items() if values} for kernel, of in times.items()
    }
    print(json.dumps(medians))


main()
