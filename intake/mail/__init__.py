"""Mails: what one says (`editions`), how it is built (`letters`), who takes it (`smtp`, `outbox`).

No Flask here: mails are sent by workers. When one is sent, and why, is decided by `intake.actions`.
"""
