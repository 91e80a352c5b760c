"""Pistoia2030 Video Intake: what the web side is, and what it shares with the workers.

Where to look:

- `submit/`, `moderate/`, `gallery/`: the three audiences, each with its URLs in `routes.py`.
- `web/`: what all their pages need: errors, security headers, assets, health.
- `actions/`: what can be done, one function a verb, each one transaction.
- `domain/`: the rules, in plain Python: states, calls, verdicts, jobs, who is public.
- `db/`, `storage/`: the database and the two buckets.
- `wiring.py`, `settings.py`: how a process gets its parts.

This module imports nothing, so that the workers can import any room below it cheaply.
"""
