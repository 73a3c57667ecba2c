"""A process may have as many files open as the system allows it."""

import subprocess
import sys

PROGRAM = """
import resource
from tandem.service.limits import allow_all_files

_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most // 2, most))
allow_all_files()
assert resource.getrlimit(resource.RLIMIT_NOFILE) == (most, most)
"""


def test_the_limit_that_a_shell_begins_with_is_raised() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
