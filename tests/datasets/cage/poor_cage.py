"""A keeper on the poorest machine that is supported; exec'ed by path, says what came of bombs.

In a container, without namespaces, with the first version of Landlock.
"""

import json
import sys
from pathlib import Path
from tempfile import mkdtemp

sys.path.insert(0, sys.argv[1])

from datasets.engine.cage.client import Cage, Setup
from datasets.engine.cage.folders import erase
from tests.datasets.cage.container import enter_container
from tests.datasets.cage.test_bombs import BOMBS, NEXT, run


def tried(cage: Cage, name: str) -> dict[str, object]:
    """Run a bomb, and the honest program after it."""
    folder = Path(mkdtemp(prefix="segplatform-test-"))
    try:
        done, _ = run(cage, folder, BOMBS[name])
        erase(folder / "scratch")
        after, lines = run(cage, folder, NEXT)
    finally:
        erase(folder)
    message = done.error.message if done.error else ""
    return {"reason": done.reason, "message": message, "next": after.reason, "lines": lines}


def main() -> None:
    """Examine the cage and run the bombs that were asked for."""
    enter_container()
    cage = Cage(Setup(max_abi=1))
    try:
        status = cage.status()
        bombs = {name: tried(cage, name) for name in sys.argv[2:]} if status.ok else {}
        print(json.dumps({"status": status.as_dict(), "bombs": bombs}))
    finally:
        cage.close()


main()
