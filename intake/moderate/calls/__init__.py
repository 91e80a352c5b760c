"""The calls, as admins write them: what can be edited, how it is read back, and the pages."""
