# shellcheck shell=bash disable=SC2012,SC2034
# Paths and functions shared by the tools. Sourced, never run.
#
# Two places hold what is not in git:
#   $CACHE  per user: Odoo, the virtual environment, the dumped template; shared by all clones
#   $VAR    per clone: databases, filestore, logs, configuration; `make clean` removes it
set -euo pipefail
export LC_ALL=C.UTF-8

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
ADDON=key_account_mgmt
: "${HOME:=$(getent passwd "$(id -u)" | cut -d: -f6)}"
export HOME
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/$ADDON
VAR=$ROOT/var

# === MESSAGES === #

say() { printf '%s\n' "$*" >&2; }
step() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
# fail WHAT HOW-TO-GO-ON...
fail() {
    printf '\033[31merror:\033[0m %s\n' "$1" >&2
    shift
    [ $# -eq 0 ] || printf '       %s\n' "$@" >&2
    exit 1
}

# with_lock FILE COMMAND...: one process at a time; what COMMAND starts does not keep the lock.
with_lock() {
    local file=$1 fd
    shift
    mkdir -p "$(dirname "$file")"
    exec {fd}>"$file"
    flock -n "$fd" || { say "waiting for another run to finish (lock $file) ..."; flock "$fd"; }
    "$@" {fd}>&-
    exec {fd}>&-
}

hash_of() { sha256sum | cut -c1-12; }

# === ODOO AND ITS PYTHON === #

DEBIAN_ODOO=usr/lib/python3/dist-packages

# The folder that `import odoo` needs on its path; empty while Odoo is not there yet.
find_odoo() {
    local dir
    if [ -n "${ODOO_SRC:-}" ]; then
        for dir in "$ODOO_SRC" "$ODOO_SRC/.." "$ODOO_SRC/$DEBIAN_ODOO"; do
            if [ -f "$dir/odoo/release.py" ]; then
                (cd "$dir" && pwd -P)
                return
            fi
        done
        fail "ODOO_SRC=$ODOO_SRC holds no Odoo (no odoo/release.py)." \
            "Point it at a checkout of Odoo 19.0 or at the folder that holds the installed package odoo/," \
            "or unset it to use Debian's package."
    fi
    # the newest complete one
    for dir in $(ls -d "$CACHE"/odoo-19*/ 2>/dev/null | sort -rV); do
        if [ -f "$dir.ready" ]; then
            printf '%s\n' "$dir$DEBIAN_ODOO"
            return
        fi
    done
}

load_odoo() {
    ODOO_PATH=$(find_odoo)
    [ -n "$ODOO_PATH" ] || { VENV=; return 0; }
    if [ -n "${ODOO_SRC:-}" ]; then
        grep -q '^version_info = (19, 0,' "$ODOO_PATH/odoo/release.py" ||
            fail "$ODOO_PATH is not Odoo 19.0." "Check out its branch 19.0, or unset ODOO_SRC."
        ODOO_KEY=src-$(cat "$ODOO_PATH/odoo/release.py" <(echo "$ODOO_PATH") | hash_of)
    else
        ODOO_KEY=$(basename "${ODOO_PATH%/"$DEBIAN_ODOO"}")
    fi
    # The environment names Odoo's folder in a .pth, so it belongs to that folder.
    VENV=$CACHE/venv-$(cat "$ROOT"/requirements*.txt <(echo "$ODOO_PATH") | hash_of)
    ODOO_ADDONS=$ODOO_PATH/odoo/addons
    [ ! -d "$ODOO_PATH/addons/web" ] || ODOO_ADDONS=$ODOO_PATH/addons,$ODOO_ADDONS
    export PATH=$VENV/bin:$PATH
}

# === POSTGRESQL === #

# The private cluster unless PGHOST or PGPORT name a server of the user's. (KAM_PRIVATE_PG
# tells a tool that another tool started that these variables are our own.)
PG_ID=$(printf '%s' "$ROOT" | hash_of)
if [ -z "${PGHOST:-}${PGPORT:-}" ] || [ "${KAM_PRIVATE_PG:-}" = "$PG_ID" ]; then
    PG_PRIVATE=1
else
    PG_PRIVATE=
fi

as_pg_user() {
    if [ "$(id -u)" -eq 0 ]; then
        # From / since the user may not be able to enter the caller's folder.
        (cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/ "$@")
    else
        "$@"
    fi
}

# PostgreSQL refuses to run as root. Where its user cannot enter the clone, the cluster goes to
# /var/tmp; where the socket's path would pass the limit of 107 bytes, the socket goes there.
load_postgres() {
    local short=/var/tmp/$ADDON-$PG_ID
    PG_DIR=$VAR/postgres
    if [ -n "$PG_PRIVATE" ]; then
        if [ "$(id -u)" -eq 0 ] && ! as_pg_user test -x "$ROOT" 2>/dev/null; then
            PG_DIR=$short
        fi
        PG_SOCKET=$PG_DIR
        [ ${#PG_SOCKET} -le 85 ] || PG_SOCKET=$short
        export PGHOST=$PG_SOCKET PGPORT=5432 PGUSER=odoo KAM_PRIVATE_PG=$PG_ID
        unset PGPASSWORD PGDATABASE PGSERVICE
    fi
    PG_BIN=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
    if [ -n "$PG_PRIVATE" ] && [ -f "$PG_DIR/data/PG_VERSION" ]; then
        PG_BIN=/usr/lib/postgresql/$(cat "$PG_DIR/data/PG_VERSION")/bin
    fi
    [ -z "$PG_BIN" ] || export PATH=$PG_BIN:$PATH
}

# === DATABASES === #

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$1" -c "$2"; }
db_exists() { [ "$(sql postgres "SELECT 1 FROM pg_database WHERE datname = '$1'")" = 1 ]; }
filestore() { printf '%s\n' "$VAR/data/filestore/$1"; }

drop_db() {
    dropdb --if-exists --force "$1" 2>/dev/null || true
    rm -rf "$(filestore "$1")"
}

# A name for a database of this run of a tool: no other clone, user or process has it.
scratch_db() { printf '%s_%s_%s\n' "$1" "${PG_ID:0:6}" $$; }

# copy_db FROM TO: replaces TO, which can only be left over from a run that was killed.
copy_db() {
    drop_db "$2"
    mkdir -p "$VAR/data/filestore"
    createdb -T "$1" "$2"
    [ ! -d "$(filestore "$1")" ] || cp -a "$(filestore "$1")" "$(filestore "$2")"
}

# write_conf FILE [LINE...]: an Odoo configuration with the project's settings and the lines.
write_conf() {
    local file=$1
    shift
    mkdir -p "$(dirname "$file")" "$VAR/data" "$VAR/screenshots" "$VAR/log"
    {
        echo "# Written by tools/; changes are lost."
        echo "[options]"
        echo "addons_path = $ROOT,$ODOO_ADDONS"
        echo "data_dir = $VAR/data"
        [ -z "${PGHOST:-}" ] || echo "db_host = $PGHOST"
        [ -z "${PGPORT:-}" ] || echo "db_port = $PGPORT"
        [ -z "${PGUSER:-}" ] || echo "db_user = $PGUSER"
        echo "screenshots = $VAR/screenshots"
        echo "http_interface = 127.0.0.1"
        echo "server_wide_modules = base,rpc,web"
        echo "without_demo = True"
        if [ $# -gt 0 ]; then printf '%s\n' "$@"; fi
    } >"$file.$$"
    mv "$file.$$" "$file"
}

# What every tool calls first: set up what is missing, start PostgreSQL.
ready() {
    load_odoo
    if [ -z "$VENV" ] || [ ! -f "$VENV/.ready" ]; then
        "$ROOT/tools/setup" >&2
        load_odoo
    fi
    load_postgres
    [ -z "$PG_PRIVATE" ] || "$ROOT/tools/postgres" start
}

# The warnings, errors and tracebacks of an Odoo log, its last lines.
log_end() { grep -vE '^[0-9-]+ [0-9:,]+ [0-9]+ (INFO|DEBUG) ' "$1" | tail -n "${2:-30}" || true; }

# install_addon DB LOG [MODULE...]: installs the addon (and the modules); its warnings are errors.
install_addon() {
    local db=$1 log=$2 modules
    shift 2
    modules=$(IFS=,; echo "$ADDON${*:+,$*}")
    mkdir -p "$(dirname "$log")"
    "$VENV/bin/odoo" -d "$db" -i "$modules" --stop-after-init --max-cron-threads=0 --http-port=0 >"$log" 2>&1 ||
        fail "$modules cannot be installed (all of the log: $log):" "$(log_end "$log")"
    [ "$(sql "$db" "SELECT state FROM ir_module_module WHERE name = '$ADDON'")" = installed ] ||
        fail "Odoo did not install $ADDON." "See $log; is the manifest's 'installable' on?"
    if grep -E '^[0-9-]+ [0-9:,]+ [0-9]+ (WARNING|ERROR|CRITICAL) ' "$log" >"$log.warnings"; then
        fail "installing $ADDON logs warnings (all of it: $log):" "$(cat "$log.warnings")"
    fi
    rm -f "$log.warnings"
}
