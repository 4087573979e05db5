"""Assumptions: numbers that studies need and no record gives, with their ranges and sources."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Assumption:
    """A number with the range that it may lie in. Without a source it is ours, and shows so."""

    key: str
    central: float
    low: float
    high: float
    unit: str
    source: str = ""

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.low, self.central, self.high))):
            message = f"{self.key}: a finite number is expected"
            raise ValueError(message)
        if not self.low <= self.central <= self.high:
            message = (
                f"{self.key}: {self.central:g} does not lie from {self.low:g} to {self.high:g}"
            )
            raise ValueError(message)

    @property
    def is_ranged(self) -> bool:
        """Whether it may be another number than the central one."""
        return self.low < self.high


class UnknownAssumptionError(KeyError):
    """There is no assumption of this key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class OutOfRangeError(ValueError):
    """A value of an assumption lies outside the range that makes sense."""

    def __init__(self, one: Assumption, value: float) -> None:
        super().__init__(f"{one.key}: {value:g} does not lie from {one.low:g} to {one.high:g}")
        self.assumption, self.value = one, value


class Assumptions(Mapping[str, Assumption]):
    """Assumptions by key, in the order given. It never changes: ``with_values`` makes another."""

    def __init__(self, every: Iterable[Assumption]) -> None:
        self._every = {one.key: one for one in every}

    def __getitem__(self, key: str) -> Assumption:
        try:
            return self._every[key]
        except KeyError:
            raise UnknownAssumptionError(key) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._every)

    def __len__(self) -> int:
        return len(self._every)

    def value(self, key: str) -> float:
        """The central value; raises ``UnknownAssumptionError``."""
        return self[key].central

    def under(self, *prefixes: str) -> list[Assumption]:
        """Those whose key is one of ``prefixes`` or begins with one and a dot, in order."""
        return [
            one for one in self._every.values()
            if any(one.key == p or one.key.startswith(f"{p}.") for p in prefixes)
        ]  # fmt: skip

    def with_values(self, values: Mapping[str, float]) -> Assumptions:
        """The same with other central values, which are then taken as certain: a what-if.

        Raises ``UnknownAssumptionError`` and ``OutOfRangeError``.
        """
        changed = dict(self._every)
        for key, value in values.items():
            one = self[key]
            if not one.low <= value <= one.high:
                raise OutOfRangeError(one, value)
            changed[key] = replace(one, central=value, low=value, high=value)
        return Assumptions(changed.values())
