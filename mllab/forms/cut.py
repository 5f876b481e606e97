"""What the line of a dendrogram or of a curve of distances sends."""

from collections.abc import Mapping
from typing import Any

from mllab.forms.find_k import number_sent
from segplatform.kernel.errors import UserError

NO_NUMBER = "Write a number, such as 0.5."


def variant_sent(sent: Mapping[str, str]) -> dict[str, Any]:
    """Read the parameter that changes; ``UserError`` where it is no number."""
    if "eps" not in sent:
        return {"k": number_sent(sent)}
    try:
        return {"eps": float(sent["eps"].strip())}
    except ValueError:
        raise UserError(NO_NUMBER, {"eps": NO_NUMBER}) from None
