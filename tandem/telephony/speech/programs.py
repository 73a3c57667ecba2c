"""Runs the small programs that make and shape sound."""

import asyncio

from tandem.telephony.speech.synthesiser import SpeechFailedError

LONGEST_SECONDS = 20.0


class ProgramFailedError(SpeechFailedError):
    """A program could not do what it was to do with what it was given."""


async def run(*command: str, stdin: str = "") -> None:
    """Run `command` without a shell, with `stdin` as its input. SpeechFailedError when it is missing or takes too long,
    ProgramFailedError when it fails."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except FileNotFoundError as error:
        raise SpeechFailedError(f"{command[0]} is not installed: run make setup") from error
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            _, complaint = await process.communicate(stdin.encode())
    except TimeoutError as error:
        raise SpeechFailedError(f"{command[0]} took longer than {LONGEST_SECONDS:.0f} s") from error
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode != 0:
        raise ProgramFailedError(f"{command[0]} failed: {complaint.decode(errors='replace').strip()}")
