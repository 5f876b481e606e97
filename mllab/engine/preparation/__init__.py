"""The parts of preparing columns for training; each module is one kind of work."""
