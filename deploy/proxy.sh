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

# Not HTTP/2: all parts of an upload would share one connection, and on a bad line wait for each other's lost packets; and
# limit_conn counts every request of such a connection as one of its own.
write_server() {
    name=$(host_of "$2")
    if [ -s "$certificates/$name/fullchain.pem" ] && [ -s "$certificates/$name/privkey.pem" ]; then
        printf 'listen 8443 ssl;\nserver_name %s;\nssl_certificate %s;\nssl_certificate_key %s;\n' \
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
        if nginx -t -q && nginx -s reload; then
            known=$found
            echo "proxy: the certificates in $certificates changed, and were read anew" >&2
        fi
    done
}

write_all
known=$(fingerprint)
if ! nginx -t -q; then
    echo "proxy: a certificate in $certificates does not fit its key; until it does there is no TLS" >&2
    rm -f "$made/pages.conf" "$made/media.conf"
    known=none
fi
watch "$known" &
exec nginx -g 'daemon off;'
