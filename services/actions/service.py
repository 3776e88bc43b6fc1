from services.actions.handlers import handlers
from services.actions.imports import imports
from services.actions.jobs import LISTS, jobs
from services.actions.models import Model
from services.actions.routes import router
from services.actions.tasks import tasks
from shared.service import Service

service = Service(
    "actions",
    router,
    Model.metadata,
    handlers,
    tasks,
    jobs=jobs,
    lists=LISTS,
    imports=imports,
)
