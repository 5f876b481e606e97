"""What building a wheel adds to setuptools: pages and browser files, into the package itself.

Named in pyproject.toml; nothing of the running application imports this.
"""

import shutil
from pathlib import Path

from setuptools.command.build_py import build_py  # type: ignore[import-untyped]
from setuptools.errors import SetupError  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("templates", "static", "static_vendor")
ASSETS = "segplatform/assets"
"""Where ``segplatform.settings`` looks for them in an installation."""


class BuildPy(build_py):
    """Copies the folders that lie beside the packages in a checkout."""

    def run(self) -> None:
        """Copy modules as always, then pages and browser files; not where we stay editable."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / ASSETS
        shutil.rmtree(target, ignore_errors=True)  # of an earlier build
        for name in FOLDERS:
            if not (ROOT / name).is_dir():
                raise SetupError(f"{ROOT / name} is missing: run `make setup` first.")
            shutil.copytree(ROOT / name, target / name)
