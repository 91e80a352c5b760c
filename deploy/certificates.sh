#!/bin/sh
# Gets a certificate for each of the two names from an authority that speaks ACME (Let's Encrypt), and renews it a month
# before its end. dehydrated does the work; the proxy answers the authority's question on port 80, and reads what came.
#
# Settings: CERTIFICATES_FOR (the addresses, with a space between them), ACME_EMAIL (whom the authority may write to),
# ACME_URL (letsencrypt; letsencrypt-test for trials, or another authority's address).
set -eu

config=/tmp/dehydrated.conf
# One name, one certificate: a name that does not lead here yet does not keep the other from its own.
printf '%s\n' $CERTIFICATES_FOR | sed -E 's,^[a-z]+://,,; s,[:/].*,,' | sort -u >/tmp/domains.txt
cat >"$config" <<END
BASEDIR=/certificates
CERTDIR=/certificates
ACCOUNTDIR=/certificates/.accounts
CHAINCACHE=/certificates/.chains
DOMAINS_TXT=/tmp/domains.txt
WELLKNOWN=/challenges
LOCKFILE=/tmp/dehydrated.lock
CA="${ACME_URL:-letsencrypt}"
CONTACT_EMAIL="${ACME_EMAIL:-}"
END

while :; do
    if dehydrated --config "$config" --register --accept-terms && dehydrated --config "$config" --cron --keep-going; then
        sleep 12h
    else
        # Let's Encrypt takes five tries an hour that fail.
        echo "certificates: not every name has its certificate yet; the next try is in 15 minutes" >&2
        sleep 15m
    fi
done
