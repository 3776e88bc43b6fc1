from services.identity.handlers import handlers
from services.identity.imports import imports
from services.identity.jobs import jobs
from services.identity.models import Model
from services.identity.routes import router
from services.identity.tasks import tasks
from shared.service import Service

service = Service("identity", router, Model.metadata, handlers, tasks, jobs=jobs, imports=imports)
