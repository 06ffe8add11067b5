"""What Alembic runs around the scripts: a connection that is open already, whose transaction is the caller's."""

from alembic import context

_attributes = context.config.attributes
context.configure(connection=_attributes["connection"], version_table=_attributes["version_table"])
context.run_migrations()
