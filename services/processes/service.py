from services.processes.handlers import handlers
from services.processes.imports import imports
from services.processes.jobs import LISTS, jobs
from services.processes.models import Model
from services.processes.routes import router
from shared.service import Service

service = Service(
    "processes", router, Model.metadata, handlers, jobs=jobs, lists=LISTS, imports=imports
)
