"""Why a customer is in a segment, read from what training left."""

from mllab.engine.why import Why, why
from mllab.models import Prototype
from mllab.services.files import path_of
from mllab.services.results import TABLE, prototype_model
from segplatform.kernel.errors import NotFound


def customer_why(*, prototype: Prototype, row: int) -> Why:
    """Say where the row of this number stands; ``NotFound`` where the prototype has no such row."""
    experiment = path_of(folder=prototype.experiment.folder)
    model = prototype_model(prototype=prototype)
    found = why(experiment / TABLE, path_of(folder=prototype.folder), experiment, model, row)
    if found is None:
        raise NotFound("There is no such customer in this prototype.")
    return found
