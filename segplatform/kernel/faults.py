"""Deliberate deaths at named steps, to prove what survives them; see ``tests/faults``."""

import os
import signal
from typing import Literal, get_args

Step = Literal[
    "publish:after_write",
    "publish:after_sync",
    "publish:after_check",
    "publish:after_rename",
    "publish:in_transaction",
    "publish:after_commit",
    "upload:after_write",
]
STEPS: tuple[Step, ...] = get_args(Step)
VARIABLE = "SEGPLATFORM_FAULT"


def fault(step: Step) -> None:
    """Kill this process where ``SEGPLATFORM_FAULT`` names this step, as ``kill -9`` would.

    Nothing is cleaned up and nothing said: that is how a machine loses its power.
    """
    if os.environ.get(VARIABLE) == step:
        os.kill(os.getpid(), signal.SIGKILL)
