"""How an import is measured: by the clock, by work, and by memory above what was there before.

Each run has a process of its own, libraries in memory as they are in a worker; the sandbox is
started before and has read a file of two lines. Those that are compared take turns, another one
first each time; medians are told, and medians of the ratios of runs that were neighbours.
"""

import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

TURNS = 5
MEBI = 2**20
MEMORY, DISK, SECONDS = 1_200_000_000, 20 * 2**30, 600.0
"""What the sandbox allows an import, as the product's settings do."""
KEYS = {".jsonl": "json_file", ".json": "json_file"}
PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")

Figures = dict[str, float]
"""``wall`` and ``work`` in seconds; ``peak``, and ``above`` what was held before, in MiB; rows."""


def measured(work: Callable[[], int]) -> Figures:
    """Do the work in this process, and return its figures."""
    with suppress(OSError), open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the highest memory so far counts from here: proc(5)
    held, began, used = _held(), time.perf_counter(), _processor()
    rows = work()
    wall, used, peak = time.perf_counter() - began, _processor() - used, _highest()
    return {"wall": wall, "work": used, "peak": peak, "above": peak - held, "rows": rows}


def _held() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / MEBI


def _highest() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def _processor() -> float:
    """Return the seconds of processors that this process and its ended children took."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def imported(file: Path, out: Path) -> int:
    """Import with the product, in this process; return the rows."""
    from datasets.engine.connectors.base import connectors
    from segplatform.kernel.progress import NullProgress

    connector = connectors.get(KEYS.get(file.suffix, f"{file.suffix[1:]}_file"))()
    return connector.read(file, connector.Options(), out, NullProgress(), MEMORY).rows


def imported_caged(file: Path, out: Path) -> Figures:
    """Import with the product in the sandbox; its memory is that of the process in there."""
    from benchmarks.bench_import_awkward import Measured
    from datasets.engine.cage.client import Limits
    from datasets.engine.file_run import FileJob, read_caged
    from segplatform.kernel.progress import NullProgress

    cage = Measured()
    if not cage.cage.status().ok:
        return dict.fromkeys(("wall", "work", "peak", "above", "rows"), math.nan)

    def read(path: Path, name: str) -> int:
        work, made = out / f"work-{name}", out / name
        work.mkdir(mode=0o700)
        made.mkdir()
        job = FileJob(path, path.name, {}, work, Limits(SECONDS, MEMORY, DISK))
        return read_caged(cage, job, made, NullProgress()).rows  # type: ignore[arg-type]

    small = out / "small.csv"
    small.write_text("id,name\n1,Ada\n2,Bob\n")
    read(small, "first")
    held, keeper = cage.peak / MEBI, cage.cage._process.pid
    began, used = time.perf_counter(), _processor() + _processor_of(keeper)
    rows = read(file, "second")
    wall, used = time.perf_counter() - began, _processor() + _processor_of(keeper) - used
    cage.cage.close()
    peak = cage.peak / MEBI
    return {"wall": wall, "work": used, "peak": peak, "above": peak - held, "rows": rows}


def _processor_of(process: int) -> float:
    """Return the same of the keeper of the sandbox, whose children are its runs."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / TICKS


def one(who: str, file: Path, theirs: Callable[[Path, Path], int]) -> None:
    """Let one of them import the file in this process, and print the figures."""
    # pyarrow imports pandas, too; the sandbox has all of it before a file comes.
    import pandas  # noqa: F401

    import datasets.engine.cage.task_file  # noqa: F401

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        if who == "sandbox":
            print(json.dumps(imported_caged(file, out)))
        else:
            work = imported if who == "ours" else theirs
            print(json.dumps(measured(lambda: work(file, out))))


def apart(module: str, *arguments: str) -> str:
    """Do one thing in a process of its own; a child starts with the peak of its parent."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    return subprocess.check_output(command, text=True)


def turns(
    module: str, file: Path, rivals: Sequence[str], *, once: Sequence[str] = (), count: int = TURNS
) -> dict[str, list[Figures]]:
    """Let ours, the sandbox and the rivals import the file in turns; some of them ``once``."""
    names = ["ours", "sandbox", *rivals]
    found: dict[str, list[Figures]] = {name: [] for name in names}
    for turn in range(count):
        for place in range(len(names)):
            name = names[(turn + place) % len(names)]
            if name not in once or not found[name]:
                found[name].append(json.loads(apart(module, "--one", name, str(file))))
    return found


def tell(runs: Mapping[str, Sequence[Figures]]) -> None:
    """Print a line for each of them, and how many times as fast ours is as the others."""
    for who, found in runs.items():
        middle = {key: statistics.median(each[key] for each in found) for key in found[0]}
        print(
            f"  {who:16} {middle['wall']:7.2f} s, work {middle['work']:6.2f} s   peak "
            f"{middle['peak']:5,.0f} MiB, {middle['above']:5,.0f} above   "
            f"{middle['rows']:,.0f} rows",
            flush=True,
        )
    for rival in list(runs)[2:]:
        said = [
            f"{who} {ratio(runs, who, rival, 'wall')} by the clock, "
            f"{ratio(runs, who, rival, 'work')} by work"
            for who in ("ours", "sandbox")
        ]
        print(f"  times as fast as {rival}: {'; '.join(said)}", flush=True)


def ratio(runs: Mapping[str, Sequence[Figures]], who: str, rival: str, key: str) -> str:
    """Say how many times as fast one is as another: the median of neighbours, and its range."""
    pairs = zip(runs[who], runs[rival], strict=False)
    found = sorted(theirs[key] / mine[key] for mine, theirs in pairs)
    return f"{statistics.median(found):.2f} ({found[0]:.2f}-{found[-1]:.2f})"
