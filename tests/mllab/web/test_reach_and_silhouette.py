"""The tabs Reachability and Silhouette: what training kept in short, and whom it reaches."""

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from mllab.engine.reachability import POINTS, reach_details, walked
from mllab.models import UseCase
from tests.factories.mllab import make_prepared, make_prototype


def test_no_wall_is_lost_where_many_rows_become_few_points() -> None:
    steps = np.full(9_000, 0.1)
    steps[[0, 3_001, 6_007]] = [np.inf, 5.0, 4.0]
    labels = np.repeat([1, 0, -1], 3_000)
    found = reach_details(steps, labels)
    assert len(found["reachability"]) == len(found["reachability_segments"]) == POINTS
    assert sorted(found["reachability"])[-3:] == [4.0, 5.0, 5.0]
    assert np.bincount(np.array(found["reachability_segments"]) + 1).tolist() == [200] * 3


def test_the_leaves_of_a_tree_are_walked_with_the_heights_between_them() -> None:
    kinds = [("left_node", "i8"), ("right_node", "i8"), ("value", "f8"), ("cluster_size", "i8")]
    tree = np.array([(0, 2, 1.0, 2), (1, 3, 2.0, 2), (4, 5, 7.0, 4)], dtype=kinds)
    steps, labels = walked(tree, np.array([0, 1, 0, 1]))
    assert steps.tolist() == [np.inf, 1.0, 7.0, 2.0]
    assert labels.tolist() == [0, 0, 1, 1]


@pytest.mark.django_db
@pytest.mark.parametrize("algorithm", ["optics", "hdbscan"])
def test_a_prototype_of_densities_has_the_tab(use_case: UseCase, algorithm: str) -> None:
    prototype = make_prototype(make_prepared(use_case), algorithm)
    client = Client()
    client.force_login(use_case.project.memberships.get(role="owner").user)
    url = reverse("prototype", args=[use_case.project_id, use_case.pk, prototype.pk])
    page = client.get(f"{url}?tab=reach").content.decode()
    assert 'aria-labelledby="reach-title"' in page
    drawn = page.count('<path class="sp-seg-') - page.count('<path class="sp-seg-noise')
    assert drawn == prototype.segments
    assert ("was cut, at" in page) == (prototype.details.get("cut") is not None)


@pytest.mark.django_db
def test_where_silhouettes_are_known_of_a_part_all_are_reached_by_confidence(
    use_case: UseCase,
) -> None:
    prototype = make_prototype(make_prepared(use_case), k=2)
    client = Client()
    client.force_login(use_case.project.memberships.get(role="owner").user)
    url = reverse("prototype", args=[use_case.project_id, use_case.pk, prototype.pk])
    page = client.get(f"{url}?tab=silhouette").content.decode()
    assert "The least sure" not in page
    prototype.details["sizes"] = [3_000, 2_000]
    prototype.save()
    page = client.get(f"{url}?tab=silhouette").content.decode()
    assert "known of the 60 customers drawn" in page
    assert page.count("The least sure</a>") == 2
    assert "segment=0&amp;c_to=0.1&amp;sort=segment_confidence" in page
    assert 'name="c_to"' in page
