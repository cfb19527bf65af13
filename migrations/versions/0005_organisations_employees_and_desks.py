"""organisations employees and desks."""

import sqlalchemy as sa
from alembic import op

from core.people.folding import search_text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from 0004 to 0005."""
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("search_name", sa.String(length=420), nullable=True))
        batch_op.create_index("ix_person_search_name", ["search_name", "id"], unique=False)
    _fill_search_names()


def _fill_search_names() -> None:
    # Whoever has an account is found by name from now on; new names fill the column by themselves.
    people = sa.table("person", *(sa.column(name) for name in ("id", "family_name", "given_name", "search_name")))
    connection = op.get_bind()
    rows = connection.execute(sa.select(people.c.id, people.c.family_name, people.c.given_name)).all()
    filled = [{"person": row.id, "text": search_text(row.family_name, row.given_name)[:420]} for row in rows]
    if filled:
        mine = people.update().where(people.c.id == sa.bindparam("person"))
        connection.execute(mine.values(search_name=sa.bindparam("text")), filled)
