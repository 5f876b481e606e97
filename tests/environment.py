"""A data directory of its own for each test process, set before Django reads its settings.

Named with ``-p`` in pyproject.toml: pytest-django loads the settings before any conftest.
"""

import os
import sys
import tempfile

HOME = tempfile.TemporaryDirectory(prefix="seg-test-")
os.environ["SEGPLATFORM_DATA_DIR"] = HOME.name
os.environ["SEGPLATFORM_SANDBOX_AT_START"] = "0"  # many tests start workers; few run programs
os.environ["SEGPLATFORM_API_PER_MINUTE"] = "0"  # tests ask faster than people, and ids come again
for name in ("REDIS_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS"):
    os.environ.pop(name, None)

# Many tests start programs. Without stored bytecode each compiles all of ours anew, and each test
# process rewrites the assertions of every test once more: both took longer than most tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
