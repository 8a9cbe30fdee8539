"""Executes one notebook and reports each cell as a line of JSON on standard output; see commands/run.ts.

    python execute.py NOTEBOOK TARGET FAILED SECONDS_PER_CELL

The notebook runs in its own folder. When every cell has run it is written to TARGET, whole (beside its place, then
renamed). When a cell has failed it is written to FAILED instead, so that the error can be read where it happened, and the
exit code is 1.
"""

import base64
import json
import mimetypes
import os
import re
import sys

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError


def report(**fields):
    print(json.dumps(fields), flush=True)


def embed_pictures(notebook, folder):
    """A notebook that goes to another folder takes the pictures of its text along, as attachments of the cells."""

    def attach(match):
        text, name = match.groups()
        file = os.path.join(folder, name)
        kind = mimetypes.guess_type(file)[0]
        if re.match(r"[a-z]+:", name) or kind is None or not os.path.isfile(file):
            return match.group()
        with open(file, "rb") as picture:
            data = base64.b64encode(picture.read()).decode()
        attachments[os.path.basename(name)] = {kind: data}
        return f"![{text}](attachment:{os.path.basename(name)})"

    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        attachments = dict(cell.get("attachments", {}))
        cell.source = re.sub(r"!\[([^\]]*)\]\(([^)\s]+)\)", attach, cell.source)
        if attachments:
            cell.attachments = attachments


def main(path, target, failed, seconds):
    notebook = nbformat.read(path, as_version=4)
    current = 0

    def say_start(cell, cell_index):
        nonlocal current
        current = cell_index + 1
        report(event="start", cell=current, cells=len(notebook.cells))

    client = NotebookClient(
        notebook,
        timeout=seconds,
        kernel_name="tslab",
        resources={"metadata": {"path": os.path.dirname(os.path.abspath(path))}},
        record_timing=False,
        on_cell_execute=say_start,
    )
    fault = None
    try:
        client.execute()
    except CellExecutionError as error:
        fault = {"kind": "error", "name": error.ename, "message": error.evalue}
    except CellTimeoutError:
        fault = {"kind": "timeout", "seconds": seconds}
    except DeadKernelError:
        fault = {"kind": "dead"}
    except NoSuchKernel as error:
        fault = {"kind": "no-kernel", "name": str(error)}
    if fault is not None:
        report(event="fault", cell=current, **fault)
        if current == 0:
            return 1
        target = failed
    folder = os.path.dirname(os.path.abspath(path))
    if os.path.dirname(os.path.abspath(target)) != folder:
        embed_pictures(notebook, folder)
    notebook.metadata.get("language_info", {}).pop("version", None)
    temporary = f"{target}.{os.getpid()}.new"
    try:
        os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
        with open(temporary, "w", encoding="utf-8") as file:
            nbformat.write(notebook, file)
        os.replace(temporary, target)
    except OSError as error:
        if os.path.exists(temporary):
            os.remove(temporary)
        report(event="fault", cell=0, kind="write", name=error.strerror or str(error), path=target)
        return 1
    return 0 if fault is None else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4], int(sys.argv[4])))
