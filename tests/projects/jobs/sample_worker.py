"""A real worker process that knows the sample jobs: ``python -m … QUEUES [burst]``."""

import sys

import django


def main() -> None:
    django.setup()
    from projects.jobs.worker import work
    from tests.projects.jobs import sample_jobs

    assert sample_jobs
    work(sys.argv[1].split(","), "test", burst="burst" in sys.argv)


if __name__ == "__main__":
    main()
