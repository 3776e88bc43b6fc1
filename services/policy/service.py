from services.policy.handlers import handlers
from services.policy.jobs import LISTS, jobs
from services.policy.models import Model
from services.policy.routes import router
from shared.service import Service

# A draft is read by those who write policies; so is what it was before.
service = Service(
    "policy",
    router,
    Model.metadata,
    handlers,
    history="policy:write",
    jobs=jobs,
    lists=LISTS,
)
