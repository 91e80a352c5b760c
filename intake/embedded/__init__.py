"""The whole system on one machine: `make run`.

- `__main__.py`: the steps, in order.
- `ports.py`: which ports are free.
- `credentials.py`: the secrets that are made once and kept.
- `supervisor.py`: starts the Procfile's processes and leaves none behind.
- `welcome.py`: says where everything is, once the pages answer.

Nothing else imports this folder; in production its work is done by `docker-compose.yml`.
"""
