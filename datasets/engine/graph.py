"""The order of the flow: who feeds whom, as plain names; knows nothing of recipes."""

from collections.abc import Collection, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from segplatform.kernel.errors import UserError

Parents = Mapping[str, Collection[str]]
"""For each node, the nodes that feed it; a node that only feeds others may be left out."""


class Cycle(UserError):
    """Something would be made of itself."""

    code = "cycle"


def topological(parents: Parents) -> list[str]:
    """Return every node after all that feed it; equals keep the order in which they are given.

    Raises ``Cycle`` where there is no such order.
    """
    try:
        return list(TopologicalSorter(parents).static_order())
    except CycleError as error:
        nodes = " → ".join(map(str, error.args[1]))
        raise Cycle(f"The flow runs in a circle: {nodes}.") from None


def upstream(parents: Parents, nodes: Iterable[str]) -> set[str]:
    """Return what feeds these nodes, directly or through others, without the nodes themselves."""
    start, found = set(nodes), set[str]()
    waiting = list(start)
    while waiting:
        for parent in parents.get(waiting.pop(), ()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found - start


def downstream(parents: Parents, nodes: Iterable[str]) -> set[str]:
    """Return what these nodes feed, directly or through others, without the nodes themselves."""
    children: dict[str, list[str]] = {}
    for node, feeding in parents.items():
        for parent in feeding:
            children.setdefault(parent, []).append(node)
    return upstream(children, nodes)
