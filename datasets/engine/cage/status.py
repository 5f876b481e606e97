"""Whether this machine can hold user code, as one JSON-able answer."""

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Leak:
    """One thing that the self-test could do inside the cage and should not have."""

    name: str
    detail: str


@dataclass(frozen=True)
class Status:
    """What the self-test found.

    ``reason`` is a sentence for the person ("" when ``ok``); ``landlock_abi`` is 0 where Landlock
    is not available; ``namespaces`` and ``identity`` say what came of these two best efforts;
    ``leaks`` names the probes that got through; ``unsafe`` is the operator's opt-out.
    """

    ok: bool
    reason: str = ""
    landlock_abi: int = 0
    namespaces: str = ""
    identity: str = ""
    leaks: tuple[str, ...] = ()
    unsafe: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON carries it."""
        return {**asdict(self), "leaks": list(self.leaks)}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "Status":
        """Read what ``as_dict`` wrote; fields it does not know are left out."""
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        return cls(**{**values, "leaks": tuple(values.get("leaks", ()))})


def refusal(landlock_abi: int, namespaces: str, why: str = "") -> str:
    """Return the sentence for a machine (or a state of it) that cannot hold user code."""
    landlock = f"version {landlock_abi}" if landlock_abi else "not available"
    spaces = "allowed" if namespaces == "ok" else "denied"
    facts = f"Landlock: {landlock}; user namespaces: {spaces}"
    return (
        f"Python recipes are off: this machine offers no sandbox ({facts}"
        f"{'; ' + why if why else ''}). Ask the operator: see docs/sandbox.md."
    )
