"""Whether the roll-up says what the ledger says."""

from dataclasses import dataclass

from modelless_web.records.models import Generation, Usage
from modelless_web.records.usage.rollup import Key, Measures, tally


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell where the two part ways; None where one of them has no such cell."""

    key: Key
    counted: Measures | None
    should_be: Measures | None


def differences() -> list[Difference]:
    """Count the whole ledger anew and return every cell that the roll-up has otherwise.

    Cells of what was deleted for good have nothing in the ledger to be compared with.
    """
    should_be = tally(Generation.objects.all())
    size = len(Usage.KEY)
    kept = Usage.objects.filter(is_purged=False).values_list(*Usage.KEY, *Usage.MEASURES)
    counted = {row[:size]: row[size:] for row in kept if any(row[size:])}
    return [
        Difference(key, counted.get(key), should_be.get(key))
        for key in sorted(counted.keys() | should_be.keys())
        if counted.get(key) != should_be.get(key)
    ]
