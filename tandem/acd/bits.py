"""Sets of small numbers as integers: bit n stands for number n, so that sets are joined and counted at once."""

from collections.abc import Iterable, Iterator


def bits(numbers: Iterable[int]) -> int:
    """The set of these numbers."""
    found = 0
    for number in numbers:
        found |= 1 << number
    return found


def members(mask: int) -> Iterator[int]:
    """The numbers in the set, the smallest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
