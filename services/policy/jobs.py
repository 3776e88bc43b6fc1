"""What the policy service does that takes its time."""

from typing import Final

from services.policy import queries
from services.policy.events import JobEnded
from services.policy.schemas import ReviewRequestOut
from shared.exports import EXPORT, Exported, exporting
from shared.jobs import Jobs

LISTS: Final = {
    "review-requests": Exported(
        queries.ReviewFilters, queries.review_requests, ReviewRequestOut, queries.REVIEWS_BY
    )
}

jobs = Jobs("policy", JobEnded)
jobs.kind(EXPORT)(exporting(LISTS))
