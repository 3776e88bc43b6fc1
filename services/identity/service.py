from services.identity.handlers import handlers
from services.identity.models import Model
from services.identity.routes import router
from services.identity.tasks import tasks
from shared.service import Service
from shared.tabular import LARGEST_FILE

FILES = {"/imports/people": LARGEST_FILE, "/imports/places": LARGEST_FILE}

service = Service("identity", router, Model.metadata, handlers, tasks, files=FILES)
