from services.notifications.handlers import handlers
from services.notifications.models import Model
from services.notifications.routes import router
from shared.service import Service

service = Service("notifications", router, Model.metadata, handlers)
