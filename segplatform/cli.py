"""The ``segplatform`` command: the few commands an operator needs, each a management command."""

import os
import sys
from collections.abc import Sequence

COMMANDS = {
    "up": ("up", "start everything: queue server, migrations, web, workers"),
    "worker": ("worker", "run one more worker, on this or another machine"),
    "check": ("platform_check", "look at database, queue, data directory and settings"),
    "backup": ("backup", "write database, files and keys into one file, also while it runs"),
    "restore": ("restore", "fill an empty data directory from a backup"),
    "audit": ("audit", "check that no entry of the audit logs was changed, or write a log out"),
    "demo": ("demo", "make the demo project: generated orders, segmented and scored"),
    "user create": ("user_create", "create a person and print a one-time sign-in link"),
    "token create": ("token_create", "create an API token of a person, shown once"),
    "reconcile": ("reconcile", "give the queue back what it forgot (`up` does this by itself)"),
}


def overview() -> str:
    """Return the help text of the bare command."""
    width = max(len(name) for name in COMMANDS)
    lines = [f"  segplatform {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items()]
    return "\n".join(
        ["Usage: segplatform COMMAND [options]", "", *lines, "", "COMMAND --help says more."]
    )


def split(arguments: Sequence[str]) -> tuple[str, list[str]] | None:
    """Split into our command's name (one or two words) and its own arguments."""
    for words in (2, 1):
        name = " ".join(arguments[:words])
        if name in COMMANDS:
            return name, list(arguments[words:])
    return None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command named on the command line; exits non-zero on failure."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in {"help", "--help", "-h"}:
        print(overview())
        return
    found = split(given)
    if found is None:
        print(f"There is no command {' '.join(given[:2])!r}.\n\n{overview()}", file=sys.stderr)
        raise SystemExit(2)
    name, rest = found
    run(name, rest)


def run(name: str, rest: Sequence[str]) -> None:
    """Load Django and hand over to the management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segplatform.settings")
    import django
    from django.core.management import get_commands, load_command_class

    django.setup()
    target = COMMANDS[name][0]
    app = get_commands()[target]
    # run_from_argv takes the name for its usage line from here, and turns errors into sentences.
    load_command_class(app, target).run_from_argv(["segplatform", name, *rest])


if __name__ == "__main__":
    main()
