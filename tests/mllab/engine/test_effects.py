"""Effect sizes beside numpy, and where there is nothing to compare."""

from math import asin, sqrt
from pathlib import Path

import numpy as np
import pytest

from mllab.engine.effects import effects
from mllab.engine.profiles import profiles
from tests.mllab.engine.labs import FEATURES, write_table

ROWS = [*range(1, 41)]
LABELS = np.array([0] * 25 + [1] * 15)


def test_numbers_have_cohens_d_and_shares_cohens_h(tmp_path: Path) -> None:
    write_table(tmp_path, ROWS)
    found = effects(profiles(tmp_path, LABELS, FEATURES))
    money = np.array(ROWS) * 10.5
    inside, rest = money[LABELS == 0], money[LABELS == 1]
    pooled = sqrt((inside.var() * 25 + rest.var() * 15) / 40)
    first = found[0][0]
    assert (first.column, first.role, first.rest) == ("Monetary", "input", rest.mean())
    assert first.size == pytest.approx((inside.mean() - rest.mean()) / pooled)
    country = next(each for each in found[0] if each.kind == "share")
    angles = [2 * asin(sqrt(each)) for each in (country.mean, country.rest)]
    assert country.size == pytest.approx(angles[0] - angles[1])
    assert [each.role for each in found[0]] == sorted(
        (each.role for each in found[0]), key=lambda role: role != "input"
    )


def test_everyone_in_one_segment_differs_from_nobody(tmp_path: Path) -> None:
    write_table(tmp_path, ROWS)
    assert effects(profiles(tmp_path, np.zeros(40, dtype=np.int64), FEATURES)) == {0: []}
