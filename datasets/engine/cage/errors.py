"""What the cage raises when it cannot close itself."""


class CageError(RuntimeError):
    """A wall could not be put up: nothing of the user's may run."""
