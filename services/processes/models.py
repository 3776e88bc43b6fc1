from uuid import UUID

from sqlalchemy import Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.processes.schemas import Category
from shared.db import Entity, Traced, schema
from shared.directory import add_directory
from shared.import_rows import add_imports
from shared.job_rows import add_jobs
from shared.search import Findable, by_trigrams


class Model(Entity, DeclarativeBase):
    metadata = schema("processes")


add_directory(Model.metadata)
add_jobs(Model.metadata)
add_imports(Model.metadata)


class Process(Traced, Findable, Model):
    """What the group does from end to end. Who pilots it at a site is said by the roles there."""

    __tablename__ = "process"
    __table_args__ = (by_trigrams(),)

    code: Mapped[str] = mapped_column(unique=True)
    name_fr: Mapped[str]
    name_en: Mapped[str]
    category: Mapped[Category]
    site_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))

    found_in = ("code", "name_fr", "name_en")
