from services.indicators.handlers import handlers
from services.indicators.imports import imports
from services.indicators.jobs import LISTS, jobs
from services.indicators.models import Model
from services.indicators.routes import router
from services.indicators.tasks import tasks
from shared.service import Service

service = Service(
    "indicators",
    router,
    Model.metadata,
    handlers,
    tasks,
    jobs=jobs,
    lists=LISTS,
    imports=imports,
)
