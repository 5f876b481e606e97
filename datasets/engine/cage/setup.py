"""How a zygote is set up: fixed for its life, never by a job."""

import json
from dataclasses import asdict, dataclass

ENVIRON = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "JOBLIB_MULTIPROCESSING": "0",
    "MPLBACKEND": "Agg",
}
"""The whole environment of the zygote, and of a run beside its folders. No process can be forked
in a run, so joblib keeps to threads; the zygote must have one thread, so OpenBLAS and Arrow's
allocator start none."""


@dataclass(frozen=True)
class Setup:
    """How a zygote is set up.

    ``preload`` imports the data libraries before the first run; ``walls`` off is the operator's
    opt-out (limits are still watched). The rest is for tests: ``checked`` off skips the
    self-test, ``max_abi`` caps Landlock's version, ``use_namespaces`` off plays a machine that
    denies them, ``without`` leaves rules out.
    """

    preload: bool = True
    walls: bool = True
    checked: bool = True
    max_abi: int = 99
    use_namespaces: bool = True
    without: tuple[str, ...] = ()

    def text(self) -> str:
        """Write it for the zygote's command line."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> "Setup":
        """Read what ``text`` wrote."""
        values = json.loads(text)
        return cls(**{**values, "without": tuple(values["without"])})
