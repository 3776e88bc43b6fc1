from services.compliance.handlers import handlers
from services.compliance.imports import imports
from services.compliance.jobs import LISTS, jobs
from services.compliance.models import Model
from services.compliance.routes import router
from shared.service import Service

service = Service(
    "compliance", router, Model.metadata, handlers, jobs=jobs, lists=LISTS, imports=imports
)
