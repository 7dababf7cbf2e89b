"""Index by what recipients are found: by each three letters of it, on both databases.

SQLite's table of words follows the recipients by triggers. A migration that makes the recipients'
table anew drops these: let it call `prepare_sqlite` again.
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

def prepare_sqlite(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    for statement in SQLITE:
        schema_editor.execute(statement)


def drop_sqlite(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in "insert", "delete", "update":
            schema_editor.execute(f"DROP TRIGGER recipient_words_{name}")
        schema_editor.execute("DROP TABLE mailings_recipient_words")


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
