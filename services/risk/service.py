from services.risk.handlers import handlers
from services.risk.imports import imports
from services.risk.jobs import LISTS, jobs
from services.risk.models import Model
from services.risk.routes import router
from shared.service import Service

service = Service("risk", router, Model.metadata, handlers, jobs=jobs, lists=LISTS, imports=imports)
