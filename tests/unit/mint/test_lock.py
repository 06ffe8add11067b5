"""One writer a house."""

import os
import threading

import pytest

from mint.errors import HouseInUseError
from mint.lock import FolderLock


@pytest.mark.process
def test_a_second_process_is_told_who_holds_the_house(tmp_path):
    """And it may write as soon as the first has ended, however it ended."""
    ready, hold = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        with FolderLock(tmp_path)():
            os.write(ready[1], b"x")
            os.read(hold[0], 1)
        os._exit(0)
    os.read(ready[0], 1)

    with pytest.raises(HouseInUseError) as caught, FolderLock(tmp_path)():
        pass
    os.kill(child, 9)
    os.waitpid(child, 0)

    assert child == caught.value.pid
    with FolderLock(tmp_path)():
        pass


def test_threads_of_one_process_take_turns(tmp_path):
    """A site's requests wait for each other instead of failing."""
    lock = FolderLock(tmp_path)
    inside, most = [], []

    def work():
        with lock(), lock():
            inside.append(1)
            most.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1] * 8
