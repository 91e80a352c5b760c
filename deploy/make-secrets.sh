#!/bin/sh
# Makes the secrets that docker-compose.yml reads from deploy/secrets, once. Files that are there stay as they are.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
# It came with the repository, open to all.
chmod 700 secrets

random() { head -c "$1" /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_'; }

# Compose mounts the files as they are and the programs are not root, so the files are readable: the folder is what
# keeps this machine's other users out.
keep() {
    [ -e "secrets/$1" ] && return
    cat >"secrets/.$1.new"
    chmod 644 "secrets/.$1.new"
    mv "secrets/.$1.new" "secrets/$1"
    echo "made deploy/secrets/$1"
}

random 32 | keep database_password
printf 'postgresql+psycopg://intake:%s@database/intake' "$(cat secrets/database_password)" | keep database_url
# Read with compose.external.yml alone.
printf 'redis://redis:6379/0' | keep redis_url
random 48 | keep secret_key
random 32 | keep metrics_token
random 12 | keep s3_access_key
random 32 | keep s3_secret_key
# Whose mail server? Only you know: write its address into the file (docs/operating.md, Mail).
printf '' | keep smtp_url
for section in jwt.signing jwt.signing.read jwt.filer_signing jwt.filer_signing.read; do
    printf '[%s]\nkey = "%s"\n' "$section" "$(random 32)"
done | keep storage_security.toml
