"""CPU seconds, of this very process."""

import os
import subprocess
import time

import pytest

from bench.cpu import CpuUsed, cpu_used


def test_work_done_is_counted_in_total_and_in_its_thread() -> None:
    before, clock = cpu_used(os.getpid()), time.process_time()
    while time.process_time() - clock < 0.2:
        pass
    used = cpu_used(os.getpid()).since(before)
    assert used.total == pytest.approx(time.process_time() - clock, abs=0.05)
    assert max(used.threads.values()) == pytest.approx(used.total, abs=0.05)


def test_a_thread_that_came_since_counts_whole() -> None:
    earlier, later = CpuUsed(1.0, {"a": 1.0}), CpuUsed(3.0, {"a": 1.5, "b": 0.5})
    assert later.since(earlier) == CpuUsed(2.0, {"a": 0.5, "b": 0.5})


def test_a_process_that_is_gone_is_an_error() -> None:
    child = subprocess.Popen(["true"])
    child.wait()
    with pytest.raises(ProcessLookupError):
        cpu_used(child.pid)
