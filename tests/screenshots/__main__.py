"""`make screenshots`: a real server, filled, and every page in its states as a picture.

`make screenshots SHOTS="--only leaderboard --width 1440"` takes some; ``--data`` keeps the filled
server's data for the next time; ``--readme`` renews the pictures of the README instead.
"""

import argparse
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.server import ROOT, running
from tests.screenshots.camera import SIZES, Camera
from tests.screenshots.sheet import write_sheet
from tests.screenshots.shots import README, SHOTS, Shot
from tests.screenshots.world import fill, open_django, sign_in_links

IMAGES = ROOT / "docs" / "images"
README_SIZE = {1296: 640}


def main() -> None:
    """Take the pictures that the command line asks for."""
    asked = arguments()
    with data_folder(asked.data) as data, running(data) as app:
        open_django(app)
        places = fill(app, data)
        camera = Camera(app.base_url, places, sign_in_links(app), asked.out)
        if asked.readme:
            camera.folder, camera.name = IMAGES, "{shot.page}.png"
            camera.sizes, camera.themes = README_SIZE, ("light",)
        else:
            camera.sizes = {width: SIZES[width] for width in asked.width or SIZES}
            camera.themes = asked.theme or camera.themes
        camera.take(README if asked.readme else wanted(asked.only))
    for note in camera.notes:
        print(f"Look twice: {note}")
    print(f"Look at {IMAGES if asked.readme else write_sheet(asked.out)}")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", default=(), help="pages, or page-state, by their start"
    )
    parser.add_argument("--width", nargs="+", type=int, choices=SIZES)
    parser.add_argument("--theme", nargs="+", choices=("light", "dark"))
    parser.add_argument("--readme", action="store_true", help="renew docs/images/")
    parser.add_argument("--out", type=Path, default=ROOT / "screenshots")
    parser.add_argument("--data", type=Path, help="keep the data here, and use them again")
    asked = parser.parse_args()
    if not asked.only and not asked.readme:
        shutil.rmtree(asked.out, ignore_errors=True)
    asked.out.mkdir(parents=True, exist_ok=True)
    return asked


def wanted(only: Sequence[str]) -> list[Shot]:
    """Give the shots whose name starts with one of these words; all without any."""
    names = tuple(word.replace("_", " ") for word in only)
    return [shot for shot in SHOTS if not names or f"{shot.page}-{shot.state}".startswith(names)]


@contextmanager
def data_folder(kept: Path | None) -> Iterator[Path]:
    """Give a data directory: one that stays, or one for this time."""
    if kept:
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="seg-shots-") as home:
        data = Path(home) / "data"
        data.mkdir(mode=0o700)
        yield data


if __name__ == "__main__":
    main()
