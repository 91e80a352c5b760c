#!/bin/sh
# Starts nginx for docker-compose.yml, with what differs from one installation to the next, and has it read anew what
# changed: certificates are renewed while it runs.
#
# Settings: PUBLIC_URL and S3_PUBLIC_URL (the two names), CERTIFICATES (a folder with a folder for each name, in it
# fullchain.pem and privkey.pem; a name without one has no TLS here), FRONT_PROXY (addresses, with spaces between them,
# of a proxy before this one: its word on who asks is taken), LOOK_AGAIN_S (60).
set -eu

made=/tmp/nginx
certificates=${CERTIFICATES:-/certificates}
mkdir -p "$made"

host_of() { printf '%s' "$1" | sed -E 's,^[a-z]+://,,; s,[:/].*,,'; }

write_server() {
    name=$(host_of "$2")
    if [ -s "$certificates/$name/fullchain.pem" ] && [ -s "$certificates/$name/privkey.pem" ]; then
        printf 'listen 8443 ssl http2;\nserver_name %s;\nssl_certificate %s;\nssl_certificate_key %s;\n' \
            "$name" "$certificates/$name/fullchain.pem" "$certificates/$name/privkey.pem" >"$made/$1.conf"
    else
        rm -f "$made/$1.conf"
    fi
}

write_all() {
    write_server pages "$PUBLIC_URL"
    write_server media "$S3_PUBLIC_URL"
    for address in ${FRONT_PROXY:-}; do
        printf 'set_real_ip_from %s;\n' "$address"
    done >"$made/front.conf"
}

fingerprint() { cat "$certificates"/*/*.pem 2>/dev/null | cksum; }

# A certificate that does not fit its key, because it was copied half, is looked at again; until then the old one stands.
watch() {
    known=$1
    while sleep "${LOOK_AGAIN_S:-60}"; do
        found=$(fingerprint)
        [ "$found" = "$known" ] && continue
        write_all
        if nginx -t -q; then
            nginx -s reload
            known=$found
            echo "proxy: the certificates in $certificates changed, and were read anew" >&2
        fi
    done
}

write_all
watch "$(fingerprint)" &
exec nginx -g 'daemon off;'
