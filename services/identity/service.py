from services.identity.models import Model
from services.identity.routes import router
from shared.service import Service

service = Service("identity", router, Model.metadata)
