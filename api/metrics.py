"""`/metrics`: what a Prometheus reads of this process. Source: Prometheus, "Exposition formats"."""

from collections.abc import Iterator
from hmac import compare_digest

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.execution import Execution
from api.head import head_of
from api.services import Services

Families = Iterator[CounterMetricFamily | GaugeMetricFamily]


class EngineCollector(Collector):
    """How operations were executed, and what is kept of them."""

    def __init__(self, execution: Execution) -> None:
        """Take the schema at work."""
        self._execution = execution

    def collect(self) -> Families:
        """Yield the counts of this moment."""
        bytes_kept = GaugeMetricFamily("adarve_kept_bytes", "What is kept takes of memory, about.", labels=["what"])
        bytes_kept.add_metric(["documents"], self._execution.documents.weight)
        plans = self._execution.engine.plans
        if plans is not None:
            bytes_kept.add_metric(["plans"], plans.weight)
            operations = CounterMetricFamily(
                "adarve_operations",
                "Operations by how they were executed: by a plan, or by graphql-core and why.",
                labels=["executed", "reason"],
            )
            operations.add_metric(["plan", ""], plans.counts.compiled)
            operations.add_metric(["graphql-core", "seen for the first time"], plans.counts.first_seen)
            for reason, count in plans.counts.fallen_back.items():
                operations.add_metric(["graphql-core", reason], count)
            yield operations
        yield bytes_kept


def registry_of(execution: Execution) -> CollectorRegistry:
    """Return what is measured of a process."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(EngineCollector(execution))
    return registry


async def metrics(request: Request) -> Response:
    """Return the metrics to clients with the metrics token; others get 404."""
    services: Services = request.app.state.services
    token = services.settings.metrics_token
    scheme, _, given = (head_of(request.scope).authorization or "").partition(" ")
    if token is None or scheme.lower() != "bearer":
        return PlainTextResponse("Not Found", 404)
    if not compare_digest(given.strip().encode(), token.get_secret_value().encode()):
        return PlainTextResponse("Not Found", 404)
    return Response(generate_latest(registry_of(services.execution)), media_type=CONTENT_TYPE_LATEST)
