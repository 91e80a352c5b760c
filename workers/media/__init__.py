"""Tools: they know files, not submissions. No database, no bucket, no job is known in this folder."""
