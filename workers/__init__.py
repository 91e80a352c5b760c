"""The Celery side: everything that takes longer than an answer to a browser. Imports `intake`; nobody imports it."""
