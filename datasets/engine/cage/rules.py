"""The names of every rule, for the tests that take one out at a time."""

from datasets.engine.cage import landlock, rlimits, seccomp

RULE_NAMES: tuple[str, ...] = (
    "arch",
    *dict.fromkeys(rule.name for rule in seccomp.RULES),
    *landlock.NAMES,
    *rlimits.NAMES,
    "identity",
    "capabilities",
    "dumpable",
    "deathsig",
    "namespaces",
    "no_new_privs",
)
"""What ``Walls.without`` understands."""

REFUSED_WITHOUT = frozenset({"no_new_privs"})
"""Left out, the kernel itself takes neither Landlock nor seccomp: no run happens."""
