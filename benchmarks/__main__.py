"""Run benchmarks one after another and keep what they print in ``RESULTS.md``, by name.

``python -m benchmarks`` runs all of them, ``python -m benchmarks bench_rfm`` those that are named;
what follows ``--`` is given to each. Results of the others stay as they were.
"""

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
LIBRARIES = (
    *("duckdb", "fastexcel", "numpy", "openpyxl", "pandas", "pyarrow", "python-calamine"),
    "scikit-learn",
)
MODULES = {"scikit-learn": "sklearn"}
HEAD = """# What the benchmarks printed last

Ratios of runs that were neighbours on one machine; seconds differ from machine to machine.
Made by `make bench`, and by `make bench BENCH="bench_import"` for one of them alone.
"""


def machine() -> str:
    """Say on what the figures were taken."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    there = [name for name in LIBRARIES if find_spec(MODULES.get(name, name.replace("-", "_")))]
    libraries = ", ".join(f"{name} {version(name)}" for name in there)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({platform.machine()}), "
        f"{memory:.0f} GiB, load {os.getloadavg()[0]:.1f} at the start, "
        f"Python {platform.python_version()}; {libraries}"
    )


def sections(text: str) -> dict[str, str]:
    """Split kept results by the name of their benchmark."""
    parts = re.split(r"^## (\w+)\n", text, flags=re.MULTILINE)[1:]
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}


def run(name: str, arguments: list[str]) -> str:
    """Run one benchmark, show what it prints as it comes, and give all of it."""
    lines = []
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE.parent) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        raise SystemExit(f"{name} ended with {process.returncode}.")
    return "".join(lines)


def main() -> None:
    """Run what is named, or all, and write the results."""
    names, _, arguments = " ".join(sys.argv[1:]).partition("--")
    chosen = names.split() or sorted(path.stem for path in HERE.glob("bench_*.py"))
    kept = sections(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in chosen:
        where = machine()
        kept[name] = f"{where}\n\n```\n{run(name, arguments.split()).strip()}\n```"
        body = "\n".join(f"## {key}\n{kept[key]}\n" for key in sorted(kept))
        RESULTS.write_text(f"{HEAD}\n{body}")


if __name__ == "__main__":
    main()
