"""Run by Alembic: migrates over the connection that `webchat.store.upgrade` hands in, inside its transaction."""

from alembic import context

from webchat.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
