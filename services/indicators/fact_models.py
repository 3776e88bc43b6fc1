"""What is kept of actions, findings and audits, to be counted."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, Table, Text, Uuid, text

from services.indicators.models import Model

# What several partial events say of one thing. Each group of columns keeps the version it was
# told at, so that the outcome does not depend on the order the events come in.
known_action = Table(
    "known_action",
    Model.metadata,
    Column("id", Uuid, primary_key=True),
    Column("site_id", Uuid, nullable=False),
    Column("opened_on", Date),
    Column("due_on_initial", Date),
    Column("due_on", Date),
    Column("due_version", Integer, nullable=False),
    Column("done_on", Date),
    Column("closed_on", Date),
    Column("state_version", Integer, nullable=False),
    Column("withdrawn", Boolean, nullable=False, server_default=text("false")),
    Index("ix_known_action_site_id_opened_on", "site_id", "opened_on"),
    Index("ix_known_action_site_id_due_on_initial", "site_id", "due_on_initial"),
)

known_finding = Table(
    "known_finding",
    Model.metadata,
    Column("id", Uuid, primary_key=True),
    Column("site_id", Uuid, nullable=False),
    Column("grade", Text, nullable=False),
    Column("clause", Text, nullable=False, server_default=text("''")),
    Column("process", Text, nullable=False, server_default=text("''")),
    Column("raised_on", Date),
    Column("repeated", Boolean, nullable=False, server_default=text("false")),
    Column("closed_on", Date),
    Column("state_version", Integer, nullable=False, server_default=text("0")),
    Column("withdrawn", Boolean, nullable=False, server_default=text("false")),
    Index("ix_known_finding_site_id_raised_on", "site_id", "raised_on"),
)
known_entry = Table(
    "known_entry",
    Model.metadata,
    Column("id", Uuid, primary_key=True),
    Column("site_id", Uuid, nullable=False),
    Column("month", Date),
    Column("held_on", Date),
    Index("ix_known_entry_site_id_month", "site_id", "month"),
)
