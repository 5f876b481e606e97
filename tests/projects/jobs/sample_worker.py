"""A real worker process that knows the sample jobs: ``python -m … QUEUES [burst]``."""

import sys

import django


def main() -> None:
    django.setup()
    from projects import hooks
    from projects.jobs.worker import work
    from tests.projects.jobs import sample_jobs

    assert sample_jobs
    hooks.worker_start.clear()  # the sample jobs need nothing of the libraries that it would load
    work(sys.argv[1].split(","), "test", burst="burst" in sys.argv)


if __name__ == "__main__":
    main()
