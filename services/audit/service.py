from services.audit.handlers import handlers
from services.audit.models import Model
from services.audit.routes import router
from shared.service import Service

service = Service("audit", router, Model.metadata, handlers)
