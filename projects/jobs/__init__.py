"""Background jobs: the only place that talks to the queue."""
