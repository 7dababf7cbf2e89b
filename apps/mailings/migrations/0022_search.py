"""Index by what recipients are found: by each three letters of it, on both databases.

SQLite's table of words follows the recipients by triggers. A migration that makes the recipients'
table anew drops these, and what the planner knows of it: let it call `prepare_sqlite` again.
"""
from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension
from django.db import migrations

# The owner comes first, so that nobody pays for the size of another's book.
POSTGRESQL = """
CREATE INDEX recipient_words ON mailings_recipient USING gin (owner_id, search_text gin_trgm_ops)
WITH (gin_pending_list_limit = 1024) WHERE deleted_at IS NULL
"""
SQLITE = [
    "DROP TABLE IF EXISTS mailings_recipient_words",
    """
    CREATE VIRTUAL TABLE mailings_recipient_words USING fts5(
        search_text, content='mailings_recipient', content_rowid='id', columnsize=0, detail=none,
        tokenize='trigram case_sensitive 1')
    """,
    "INSERT INTO mailings_recipient_words(mailings_recipient_words) VALUES ('rebuild')",
    """
    CREATE TRIGGER recipient_words_insert AFTER INSERT ON mailings_recipient BEGIN
        INSERT INTO mailings_recipient_words(rowid, search_text) VALUES (new.id, new.search_text);
    END
    """,
    """
    CREATE TRIGGER recipient_words_delete AFTER DELETE ON mailings_recipient BEGIN
        INSERT INTO mailings_recipient_words(mailings_recipient_words, rowid, search_text)
        VALUES ('delete', old.id, old.search_text);
    END
    """,
    """
    CREATE TRIGGER recipient_words_update AFTER UPDATE OF search_text ON mailings_recipient
    WHEN old.search_text <> new.search_text BEGIN
        INSERT INTO mailings_recipient_words(mailings_recipient_words, rowid, search_text)
        VALUES ('delete', old.id, old.search_text);
        INSERT INTO mailings_recipient_words(rowid, search_text) VALUES (new.id, new.search_text);
    END
    """,
]
# Without figures SQLite takes a book for ten rows, and reads all of it where an id would do.
# An index's: how many rows it has, then how many have the same first column, first two, …
FIGURES = {
    "recipient_owner_sort": "1000000 200000 2 1",
    "recipient_owner_added": "1000000 200000 2 1",
    "recipient_owner_bounced": "20000 4000 2 1",
    "recipient_email_unique_per_owner": "1000000 200000 1",
    "recipient_bounced_key": "20000 4000 100",
    "recipient_sort": "1000000 2 1",
    "recipient_added": "1000000 2 1",
    "recipient_email": "1000000 2 1",
}
OWNERS = "200000"  # the index of the foreign key, whose name Django makes


def prepare_sqlite(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    for statement in SQLITE:
        schema_editor.execute(statement)
    tell_sizes(schema_editor)


def tell_sizes(schema_editor):
    """Write what ANALYZE would of a million recipients."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ANALYZE mailings_recipient")  # makes the table of figures
        cursor.execute("DELETE FROM sqlite_stat1 WHERE tbl = 'mailings_recipient'")
        cursor.execute("SELECT name FROM pragma_index_list('mailings_recipient')")
        for name, in cursor.fetchall():
            figures = FIGURES.get(name, f"1000000 {OWNERS}")
            cursor.execute("INSERT INTO sqlite_stat1 VALUES ('mailings_recipient', %s, %s)",
                           [name, figures])
        cursor.execute("ANALYZE sqlite_schema")  # reads them


def drop_sqlite(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in "insert", "delete", "update":
            schema_editor.execute(f"DROP TRIGGER recipient_words_{name}")
        schema_editor.execute("DROP TABLE mailings_recipient_words")
        schema_editor.execute("DELETE FROM sqlite_stat1 WHERE tbl = 'mailings_recipient'")


def prepare_postgresql(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)


def drop_postgresql(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX recipient_words")


class Migration(migrations.Migration):

    dependencies = [
        ("mailings", "0021_recipient_indexes"),
    ]

    operations = [
        TrigramExtension(),
        BtreeGinExtension(),
        migrations.RunPython(prepare_postgresql, drop_postgresql),
        migrations.RunPython(prepare_sqlite, drop_sqlite),
    ]
