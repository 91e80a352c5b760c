#!/bin/sh
# The only place for the flags of the S3 server (SeaweedFS): the Procfile and docker-compose.yml both start it here.
#
# Settings: STORAGE_DIR, STORAGE_CONFIG_DIR (holds security.toml), S3_ACCESS_KEY and S3_SECRET_KEY (or …_FILE),
# STORAGE_BIND (127.0.0.1), STORAGE_PORT_SHIFT (0; added to every port where the usual ones are taken),
# STORAGE_VOLUME_MB (a hundredth of the disk, at most 1024; less where there are many buckets: each that is written to
# takes a volume, and there are as many as find room on the disk).
set -eu

# These keys are the server's only identity.
AWS_ACCESS_KEY_ID=${S3_ACCESS_KEY:-$(cat "$S3_ACCESS_KEY_FILE")}
AWS_SECRET_ACCESS_KEY=${S3_SECRET_KEY:-$(cat "$S3_SECRET_KEY_FILE")}
# Without it ten uploads at once leave the server at 0.8 GB; with it twenty of 60 MB peak at 0.3 GB and leave 0.25 GB.
# With 256 MiB, which it needs for itself, it was busy tidying up: 40 ms of processor for a file of 1 MB instead of 11.
GOMEMLIMIT=384MiB
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY GOMEMLIMIT

shift_by=${STORAGE_PORT_SHIFT:-0}

# A socket's path may have 108 characters at most, so the sockets are named from inside their folder. Those that cannot
# be named go to the folder for temporary files, where another user's stale one would stop the server from starting.
mkdir -p "$STORAGE_DIR/files" "$STORAGE_DIR/logs" "$STORAGE_DIR/sockets"
cd "$STORAGE_DIR/sockets"
TMPDIR=.
export TMPDIR

# -config_dir: security.toml makes the filer ask for a signed token; without it the filer's port reads and writes
#   every object of every bucket for anybody.
# -master.telemetry: on by default. -s3.autoCreateBucket, -s3.allowDeleteBucketNotEmpty: lax by default.
# stdout: a banner with addresses nobody should open, and an invitation to press Ctrl-C. Errors go to stderr.
# Every port is named: a port that is not named moves silently when it is taken, a named one is an error.

# The service's own door, beside the one for browsers. A door takes 64 MB at once and lets whoever comes then wait in one
# line, small requests too: behind a hundred senders the service waited 45 s to open an upload, with this 2 s. A higher
# limit is no way out: at 1 GB they made the server take 3.7 GB and answer 500.
# One door that ends takes the other with it: $$ is what this script becomes below.
(
    GOMEMLIMIT=192MiB weed -logdir="$STORAGE_DIR/logs" -log_max_size_mb=8 -log_max_files=3 -alsologtostderr=false \
        -stderrthreshold=ERROR -config_dir="$STORAGE_CONFIG_DIR" s3 \
        -filer=127.0.0.1:$((8888 + shift_by)) -ip.bind="${STORAGE_BIND:-127.0.0.1}" \
        -port=$((8433 + shift_by)) -port.iceberg=0 -port.lance=0 \
        -allowDeleteBucketNotEmpty=false -autoCreateBucket=false -concurrentUploadLimitMB=64 -localSocket=door.sock \
        >"$STORAGE_DIR/logs/door.txt" || true
    kill -TERM $$
) &

exec weed -logdir="$STORAGE_DIR/logs" -log_max_size_mb=8 -log_max_files=3 -alsologtostderr=false -stderrthreshold=ERROR \
    -config_dir="$STORAGE_CONFIG_DIR" mini \
    -dir="$STORAGE_DIR/files" -ip=127.0.0.1 -ip.bind="${STORAGE_BIND:-127.0.0.1}" \
    -master.telemetry=false \
    -s3.port=$((8333 + shift_by)) -master.port=$((9333 + shift_by)) -volume.port=$((9340 + shift_by)) \
    -filer.port=$((8888 + shift_by)) -admin.port=$((23646 + shift_by)) \
    -s3.port.iceberg=0 -s3.port.lance=0 -webdav=false -admin.ui=false \
    -s3.allowDeleteBucketNotEmpty=false -s3.autoCreateBucket=false -s3.concurrentUploadLimitMB=64 \
    -s3.localSocket=s3.sock -filer.localSocket=filer.sock \
    ${STORAGE_VOLUME_MB:+-master.volumeSizeLimitMB="$STORAGE_VOLUME_MB"} \
    >"$STORAGE_DIR/logs/banner.txt"
