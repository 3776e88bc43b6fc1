"""What Prometheus reads. Labels are names of ours, never ids or people."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram(
    "qse_request_seconds",
    "Time to answer a request.",
    ["service", "method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
PUBLISHED = Counter("qse_events_published", "Events sent to the stream.", ["service"])
HANDLED = Counter("qse_events_handled", "Events handled.", ["service", "handler", "outcome"])
HANDLING = Histogram(
    "qse_event_delay_seconds",
    "Time from the event to its effect.",
    ["service"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300),
)
REPUBLISHED = Counter("qse_events_republished", "Events sent again by reconciliation.", ["service"])
UNSENT = Gauge("qse_outbox_unsent", "Outbox rows waiting for the relay.", ["service"])
DEAD = Gauge("qse_dead_letters", "Events put aside after too many failures.", ["service"])
UNSEALED = Gauge(
    "qse_history_unsealed_seconds", "How long the oldest unsealed history row waits.", ["service"]
)
