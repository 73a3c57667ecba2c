"""Figures for Prometheus, read from the parts of the process when a scrape comes."""

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Reading = Callable[[], float | Mapping[str, float] | Mapping[tuple[str, str], float]]


class Metrics:
    """What `GET /metrics` shows. A reading is a number, or numbers by the value of the label, or of both labels."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()

    def counter(self, name: str, description: str, read: Reading, label: str | tuple[str, str] = "") -> None:
        """Show what `read` gives as a counter: it only grows."""
        self._registry.register(_Figure(CounterMetricFamily, name, description, read, label))

    def gauge(self, name: str, description: str, read: Reading, label: str | tuple[str, str] = "") -> None:
        """Show what `read` gives as a gauge: it goes up and down."""
        self._registry.register(_Figure(GaugeMetricFamily, name, description, read, label))

    def histogram(self, name: str, description: str, bounds: Iterable[float]) -> Callable[[float], None]:
        """Make a histogram; call what is returned with each value."""
        return Histogram(name, description, registry=self._registry, buckets=tuple(bounds)).observe

    def render(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)


class _Figure(Collector):
    def __init__(
        self,
        family: type[CounterMetricFamily] | type[GaugeMetricFamily],
        name: str,
        description: str,
        read: Reading,
        label: str | tuple[str, str],
    ) -> None:
        self._family = family
        self._name = name
        self._description = description
        self._read = read
        self._labels = label if isinstance(label, tuple) else (label,) if label else ()

    def describe(self) -> Iterable[Metric]:
        return [self._family(self._name, self._description)]

    def collect(self) -> Iterable[Metric]:
        family = self._family(self._name, self._description, labels=self._labels)
        reading = self._read()
        for value, number in reading.items() if isinstance(reading, Mapping) else [((), reading)]:
            family.add_metric(value if isinstance(value, tuple) else (value,), number)
        yield family
