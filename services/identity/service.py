from services.identity.admin_schemas import LARGEST_WORKBOOK
from services.identity.handlers import handlers
from services.identity.models import Model
from services.identity.routes import router
from services.identity.tasks import tasks
from shared.service import Service

FILES = {"/imports/people": LARGEST_WORKBOOK, "/imports/places": LARGEST_WORKBOOK}

service = Service("identity", router, Model.metadata, handlers, tasks, files=FILES)
