"""What the system lets one process have."""

import resource


def allow_all_files() -> None:
    """Let this process open as many files as the administrator allows, not as few as a shell begins with: every
    desktop, page and chat is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
