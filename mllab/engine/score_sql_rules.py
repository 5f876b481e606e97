"""The rule of a model as SQL: one small function for each kind (``assigning_rules``)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mllab.engine.assigning_rules import (
    Combination,
    Likeliest,
    Nearest,
    Relabelled,
    Rule,
    Splits,
)
from mllab.engine.labelings import NOISE
from mllab.engine.preparation.isolation import LEAF, Forest, Tree
from mllab.engine.score_sql_terms import (
    column,
    least,
    match,
    minus,
    number,
    times,
    total,
    when,
    whole,
)

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.score_sql_terms import Expr


def rule_steps(
    rule: Rule, names: Sequence[str], prefix: str
) -> "tuple[list[dict[str, Expr]], Expr]":
    """Return the columns to make first, step by step, and the label of a row.

    ``names`` are the columns of the training space.
    """
    if isinstance(rule, Nearest):
        return _nearest(rule, names, prefix)
    if isinstance(rule, Likeliest):
        return _likeliest(rule, names, prefix)
    if isinstance(rule, Relabelled):
        return _relabelled(rule, names, prefix)
    if isinstance(rule, Combination):
        return _combination(rule, names, prefix)
    return [], _splits(rule, names)


def _nearest(
    rule: Nearest, names: Sequence[str], prefix: str
) -> "tuple[list[dict[str, Expr]], Expr]":
    """Compare squared distances; the root only where one says how far a point reaches."""
    from sqlglot import exp

    costs = {f"{prefix}d{i}": _distance(names, point) for i, point in enumerate(rule.points)}
    found, labels = f"{prefix}least", [whole(int(label)) for label in rule.labels]
    steps = [costs, {found: least([column(name) for name in costs])}]
    if rule.reach is not None:
        far = exp.Sqrt(this=column(found))
        labels = [
            when([(exp.LTE(this=far.copy(), expression=number(float(reach))), label)], whole(NOISE))
            for label, reach in zip(labels, rule.reach, strict=True)
        ]
    pairs = zip([column(name) for name in costs], labels, strict=True)
    return steps, match(column(found), pairs)


def _distance(names: Sequence[str], point: "NDArray[float64]") -> "Expr":
    moved = [minus(column(n), number(float(c))) for n, c in zip(names, point, strict=True)]
    return total(times(each, each.copy()) for each in moved)


def _likeliest(
    rule: Likeliest, names: Sequence[str], prefix: str
) -> "tuple[list[dict[str, Expr]], Expr]":
    """Compare the logarithms of the densities, with the other sign: the least is the likeliest."""
    moved, costs = {}, {}
    for k, (mean, scales) in enumerate(zip(rule.means, rule.scales, strict=True)):
        rows = [minus(column(n), number(float(m))) for n, m in zip(names, mean, strict=True)]
        for i, scale in enumerate(scales):
            parts = [times(rows[j].copy(), number(float(scale[j]))) for j in scale.nonzero()[0]]
            moved[f"{prefix}m{k}_{i}"] = total(parts)
        lengths = [column(f"{prefix}m{k}_{i}") for i in range(len(names))]
        half = times(number(0.5), total(times(each, each.copy()) for each in lengths))
        costs[f"{prefix}d{k}"] = minus(half, number(float(rule.offsets[k])))
    found = f"{prefix}least"
    steps = [moved, costs, {found: least([column(name) for name in costs])}]
    labels = [whole(int(label)) for label in rule.labels]
    return steps, match(column(found), zip([column(n) for n in costs], labels, strict=True))


def _relabelled(
    rule: Relabelled, names: Sequence[str], prefix: str
) -> "tuple[list[dict[str, Expr]], Expr]":
    """Keep the label of the inner rule as a column, and put others in its place."""
    steps, first = rule_steps(rule.inner, names, f"{prefix}i")
    found = f"{prefix}first"
    steps = [*steps, {found: first}]
    new = {old: whole(int(label)) for old, label in enumerate(rule.labels)}
    if rule.parts is not None and rule.divided is not None:
        more, part = rule_steps(rule.parts, names, f"{prefix}p")
        steps, new[rule.divided] = [*steps, *more], part
    pairs = [(whole(old), label) for old, label in new.items()]
    return steps, match(column(found), pairs, whole(NOISE))


def _combination(
    rule: Combination, names: Sequence[str], prefix: str
) -> "tuple[list[dict[str, Expr]], Expr]":
    """Label a row by every member, look the combination up, else compare sums of shares."""
    from sqlglot import exp

    steps: list[dict[str, Expr]] = []
    asked = [f"{prefix}l{i}" for i in range(len(rule.members))]
    for place, (name, member) in enumerate(zip(asked, rule.members, strict=True)):
        more, label = rule_steps(member, names, f"{prefix}m{place}_")
        steps += [*more, {name: label}]
    widths = [len(share) + 1 for share in rule.shares]
    radix = [1]
    for width in widths[:-1]:
        radix.append(radix[-1] * width)
    placed = zip(asked, radix, strict=True)
    code = total(times(column(name), whole(each)) for name, each in placed)
    out = total(when([(_is(name, NOISE), whole(1))], whole(0)) for name in asked)
    sums = {
        f"{prefix}s{j}": minus(
            number(0.0), total(_share(*each, j) for each in zip(asked, rule.shares, strict=True))
        )
        for j in range(len(rule.called))
    }
    steps.append({f"{prefix}code": code, f"{prefix}out": out, **sums})
    found = f"{prefix}least"
    steps.append({found: least([column(name) for name in sums])})
    called = [whole(label) for label in rule.called]
    best = match(column(found), zip([column(name) for name in sums], called, strict=True))
    codes = (rule.known @ radix).tolist()
    known = [(whole(each), whole(label)) for each, label in zip(codes, rule.labels, strict=True)]
    many = exp.GT(this=column(f"{prefix}out"), expression=whole(len(asked) // 2))
    none = exp.GTE(this=column(found), expression=number(0.0))
    label = match(column(f"{prefix}code"), known, best)
    return steps, when([(exp.Or(this=many, expression=none), whole(NOISE))], label)


def _is(name: str, label: int) -> "Expr":
    from sqlglot import exp

    return exp.EQ(this=column(name), expression=whole(label))


def _share(name: str, shares: "NDArray[float64]", segment: int) -> "Expr":
    """Write the share that a member's label has of a segment; 0 for noise."""
    pairs = [(whole(k), number(float(each))) for k, each in enumerate(shares[:, segment])]
    return match(column(name), pairs, number(0.0))


def _splits(rule: Splits, names: Sequence[str]) -> "Expr":
    from sqlglot import exp

    if rule.centers is None:
        return whole(rule.label)
    first, second = (_distance(names, center) for center in rule.centers)
    left, right = (_splits(part, names) for part in rule.parts)
    return when([(exp.LTE(this=first, expression=second), left)], right)


def forest_steps(
    forest: Forest, names: Sequence[str], prefix: str
) -> "tuple[list[dict[str, Expr]], Expr]":
    """Return the depths of a row in all trees and their sum; and whether the row stands apart."""
    from sqlglot import exp

    trees = {f"{prefix}t{i}": _depth(tree, 0, names) for i, tree in enumerate(forest.trees)}
    found = f"{prefix}depth"
    steps = [trees, {found: total(column(name) for name in trees)}]
    return steps, exp.LT(this=column(found), expression=whole(forest.cut))


def _depth(tree: Tree, node: int, names: Sequence[str]) -> "Expr":
    from sqlglot import exp

    if tree.columns[node] == LEAF:
        return whole(tree.depths[node])
    cut = exp.LTE(this=column(names[tree.columns[node]]), expression=number(tree.cuts[node]))
    left, right = (_depth(tree, place[node], names) for place in (tree.left, tree.right))
    return when([(cut, left)], right)
