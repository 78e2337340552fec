"""The register of municipalities with its history, and the log: what everything else refers to."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("subject_label", sa.String(length=200), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_actor_id", "audit_entry", ["actor_id"], unique=False)
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"], unique=False)
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject_kind", "subject_id", "at"], unique=False)
    op.create_table(
        "change_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_change_file"),
        sa.UniqueConstraint("sha256", name="uq_change_file_sha256"),
    )
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("edition_date", sa.Date(), nullable=False),
        sa.Column("population_date", sa.Date(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_edition"),
    )
    op.create_index("ix_edition_edition_date", "edition", ["edition_date"], unique=False)
    op.create_table(
        "party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("sort_name", sa.String(length=200), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "land",
                "regierungsbezirk",
                "landkreis",
                "kreisfreie_stadt",
                "gemeindeverband",
                "gemeinde",
                name="level",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("key", sa.String(length=9), nullable=True),
        sa.Column("dissolved_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_party"),
        sa.UniqueConstraint("level", "key", name="uq_party_level_key"),
    )
    op.create_index("ix_party_key", "party", ["key"], unique=False)
    op.create_index("ix_party_level_sort_name", "party", ["level", "sort_name", "id", "dissolved_on"], unique=False)
    op.create_index("ix_party_sort_name", "party", ["sort_name", "id", "dissolved_on"], unique=False)
    op.create_table(
        "change_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_file_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=30), nullable=False),
        sa.Column("unit_kind", sa.String(length=30), nullable=False),
        sa.Column("kinds", sa.String(length=10), nullable=False),
        sa.Column("ars_from", sa.String(length=12), nullable=False),
        sa.Column("ags_from", sa.String(length=8), nullable=True),
        sa.Column("name_from", sa.String(length=200), nullable=False),
        sa.Column("ars_to", sa.String(length=12), nullable=False),
        sa.Column("ags_to", sa.String(length=8), nullable=True),
        sa.Column("name_to", sa.String(length=200), nullable=False),
        sa.Column("area_m2", sa.BigInteger(), nullable=True),
        sa.Column("inhabitants", sa.Integer(), nullable=True),
        sa.Column("legal_on", sa.Date(), nullable=True),
        sa.Column("statistical_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["change_file_id"], ["change_file.id"], name="fk_change_event_change_file_id"),
        sa.PrimaryKeyConstraint("id", name="pk_change_event"),
        sa.UniqueConstraint("reference", "unit_kind", "ars_from", "ars_to", "kinds", name="uq_change_event_row"),
    )
    op.create_index("ix_change_event_ags_from", "change_event", ["ags_from"], unique=False)
    op.create_index("ix_change_event_ags_to", "change_event", ["ags_to"], unique=False)
    op.create_index("ix_change_event_ars_from", "change_event", ["ars_from"], unique=False)
    op.create_index("ix_change_event_ars_to", "change_event", ["ars_to"], unique=False)
    op.create_index("ix_change_event_change_file_id", "change_event", ["change_file_id"], unique=False)
    op.create_table(
        "municipality",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("official_name", sa.String(length=200), nullable=False),
        sa.Column("ars", sa.String(length=12), nullable=False),
        sa.Column("text_code", sa.String(length=2), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("land_id", sa.Integer(), nullable=True),
        sa.Column("bezirk_id", sa.Integer(), nullable=True),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("association_id", sa.Integer(), nullable=True),
        sa.Column("area_km2", sa.Double(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("population_male", sa.Integer(), nullable=True),
        sa.Column("population_date", sa.Date(), nullable=True),
        sa.Column("postal_code", sa.String(length=5), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("travel_region", sa.String(length=100), nullable=True),
        sa.Column("urbanisation", sa.String(length=60), nullable=True),
        sa.Column("seat", sa.String(length=100), nullable=True),
        sa.Column("inhabited", sa.Boolean(), nullable=False),
        sa.Column("is_contract", sa.Boolean(), nullable=False),
        sa.Column("fulfilling_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("population >= 0", name="ck_municipality_population"),
        sa.ForeignKeyConstraint(["association_id"], ["municipality.id"], name="fk_municipality_association_id"),
        sa.ForeignKeyConstraint(["bezirk_id"], ["municipality.id"], name="fk_municipality_bezirk_id"),
        sa.ForeignKeyConstraint(["district_id"], ["municipality.id"], name="fk_municipality_district_id"),
        sa.ForeignKeyConstraint(["fulfilling_id"], ["municipality.id"], name="fk_municipality_fulfilling_id"),
        sa.ForeignKeyConstraint(["id"], ["party.id"], name="fk_municipality_id"),
        sa.ForeignKeyConstraint(["land_id"], ["municipality.id"], name="fk_municipality_land_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["municipality.id"], name="fk_municipality_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_municipality"),
    )
    op.create_index("ix_municipality_ars", "municipality", ["ars"], unique=False)
    op.create_index("ix_municipality_association_id", "municipality", ["association_id"], unique=False)
    op.create_index("ix_municipality_district_id", "municipality", ["district_id"], unique=False)
    op.create_index("ix_municipality_land_id", "municipality", ["land_id"], unique=False)
    op.create_index("ix_municipality_parent_id", "municipality", ["parent_id"], unique=False)
    op.create_index("ix_municipality_population", "municipality", ["population"], unique=False)
    op.create_index("ix_municipality_postal_code", "municipality", ["postal_code"], unique=False)
    op.create_table(
        "history_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "new",
                "renamed",
                "rekeyed",
                "ars_changed",
                "moved",
                "dissolved",
                "revived",
                name="historykind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("before", sa.String(length=200), nullable=True),
        sa.Column("after", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name="fk_history_entry_edition_id"),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name="fk_history_entry_municipality_id"),
        sa.PrimaryKeyConstraint("id", name="pk_history_entry"),
    )
    op.create_index("ix_history_entry_edition_id", "history_entry", ["edition_id"], unique=False)
    op.create_index("ix_history_entry_kind_before", "history_entry", ["kind", "before"], unique=False)
    op.create_index("ix_history_entry_municipality_id", "history_entry", ["municipality_id"], unique=False)
    op.create_table(
        "succession",
        sa.Column("predecessor_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.Column("is_official", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint("predecessor_id <> successor_id", name="ck_succession_two_units"),
        sa.ForeignKeyConstraint(["predecessor_id"], ["municipality.id"], name="fk_succession_predecessor_id"),
        sa.ForeignKeyConstraint(["successor_id"], ["municipality.id"], name="fk_succession_successor_id"),
        sa.PrimaryKeyConstraint("predecessor_id", "successor_id", name="pk_succession"),
    )
    op.create_index("ix_succession_successor_id", "succession", ["successor_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_succession_successor_id", table_name="succession")
    op.drop_table("succession")
    op.drop_index("ix_history_entry_municipality_id", table_name="history_entry")
    op.drop_index("ix_history_entry_kind_before", table_name="history_entry")
    op.drop_index("ix_history_entry_edition_id", table_name="history_entry")
    op.drop_table("history_entry")
    op.drop_index("ix_municipality_postal_code", table_name="municipality")
    op.drop_index("ix_municipality_population", table_name="municipality")
    op.drop_index("ix_municipality_parent_id", table_name="municipality")
    op.drop_index("ix_municipality_land_id", table_name="municipality")
    op.drop_index("ix_municipality_district_id", table_name="municipality")
    op.drop_index("ix_municipality_association_id", table_name="municipality")
    op.drop_index("ix_municipality_ars", table_name="municipality")
    op.drop_table("municipality")
    op.drop_index("ix_change_event_change_file_id", table_name="change_event")
    op.drop_index("ix_change_event_ars_to", table_name="change_event")
    op.drop_index("ix_change_event_ars_from", table_name="change_event")
    op.drop_index("ix_change_event_ags_to", table_name="change_event")
    op.drop_index("ix_change_event_ags_from", table_name="change_event")
    op.drop_table("change_event")
    op.drop_index("ix_party_sort_name", table_name="party")
    op.drop_index("ix_party_level_sort_name", table_name="party")
    op.drop_index("ix_party_key", table_name="party")
    op.drop_table("party")
    op.drop_index("ix_edition_edition_date", table_name="edition")
    op.drop_table("edition")
    op.drop_table("change_file")
    op.drop_index("ix_audit_entry_subject", table_name="audit_entry")
    op.drop_index("ix_audit_entry_at", table_name="audit_entry")
    op.drop_index("ix_audit_entry_actor_id", table_name="audit_entry")
    op.drop_table("audit_entry")
