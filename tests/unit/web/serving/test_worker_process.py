"""What the worker's process does beside its jobs."""

import threading

from web.jobs.chores import Chore, Chores
from web.jobs.heart import Heart
from web.serving.worker_process import tend


def test_a_disk_that_is_full_keeps_no_points_from_vesting(tmp_path):
    """The sign of life is a file; where it cannot be written, chores are done all the same, and so is the next beat."""
    folder, stopping, done = tmp_path / "jobs", threading.Event(), []
    folder.write_text("a file where the folder should be")

    def vest():
        done.append(1)
        if len(done) == 1:
            folder.unlink()
        else:
            stopping.set()

    tend(Chores([Chore("vest", 0, vest)]), Heart(folder), stopping, tick_s=0)

    assert done == [1, 1]
    Heart(folder).ask()
