"""What a service's `/metrics` says, read as Prometheus reads it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector


@dataclass(frozen=True)
class Shown:
    """One answer of `/metrics`."""

    text: str

    @cached_property
    def families(self) -> Mapping[str, Metric]:
        """By name, as a watcher knows it: counters without `_total`."""
        found = list(text_string_to_metric_families(self.text))
        named = {family.name: family for family in found}
        assert len(named) == len(found), "a family is shown twice"
        return named

    @cached_property
    def samples(self) -> Mapping[str, Mapping[tuple[str, ...], float]]:
        """By the sample's name, each value by its labels' values in the order of the labels'
        names, the service left out."""
        found: dict[str, dict[tuple[str, ...], float]] = {}
        for family in self.families.values():
            for sample in family.samples:
                labels = {**sample.labels}
                labels.pop("service", None)
                of_name = found.setdefault(sample.name, {})
                assert tuple(labels.values()) not in of_name, f"{sample} is shown twice"
                of_name[tuple(labels.values())] = sample.value
        return found

    def value(self, name: str, *labels: str) -> float:
        """One sample."""
        return self.samples[name][labels]

    def nonzero(self, name: str) -> dict[tuple[str, ...], float]:
        """The samples of a name that are not 0."""
        return {labels: value for labels, value in self.samples[name].items() if value}


class _Once(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        """The same each time."""
        return self._families


def shown(families: Iterable[Metric]) -> Shown:
    """These families as text and read back."""
    registry = CollectorRegistry()
    registry.register(_Once(families))
    return Shown(generate_latest(registry).decode())
