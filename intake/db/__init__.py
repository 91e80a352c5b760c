"""The database: engine, tables, queries, migrations. SQLite and PostgreSQL alike."""
