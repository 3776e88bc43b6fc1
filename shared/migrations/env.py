"""The one Alembic environment. `runtime/migrate.py` says which service it works on."""

from alembic import context

connection = context.config.attributes["connection"]
metadata = context.config.attributes["metadata"]
schema = metadata.schema


def _own(name: str | None, type_: str, _parents: object) -> bool:
    return name == schema if type_ == "schema" else True


context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table_schema=schema,
    include_schemas=True,
    include_name=_own,
    compare_type=True,
)
context.run_migrations()
