from services.policy.handlers import handlers
from services.policy.models import Model
from services.policy.routes import router
from shared.service import Service

service = Service("policy", router, Model.metadata, handlers)
