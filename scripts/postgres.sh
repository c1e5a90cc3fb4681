# shellcheck shell=bash
# A PostgreSQL server for tests, in a folder of its own. To be sourced, after steps.sh.

pg_cluster_user=()
pg_bin=
pg_folder=

# Runs a command as the user whose PostgreSQL it is, from a folder that this user may enter.
as_cluster_user() {
    (cd / && exec ${pg_cluster_user[@]+"${pg_cluster_user[@]}"} "$@")
}

# Prints the folder with PostgreSQL's programs.
find_postgres() {
    local folder in_path
    in_path=$(dirname "$(readlink -f "$(command -v initdb || echo /missing/initdb)")")
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) "$in_path"; do
        if [[ -x $folder/initdb && -x $folder/pg_ctl && -x $folder/postgres ]]; then
            echo "$folder"
            return
        fi
    done
    return 1
}

# start_postgres FOLDER: starts a server with its files below a folder, and exports its address as
# TEST_POSTGRES_URL. Installs PostgreSQL if it is missing.
start_postgres() {
    local work=$1
    if ! find_postgres >/dev/null && ! install_package postgresql; then
        echo "install the PostgreSQL server (Debian: apt-get install postgresql), or set" \
            "TEST_POSTGRES_URL to a server on which databases may be created" >&2
        return 1
    fi
    pg_bin=$(find_postgres) || return 1
    pg_folder=$work/cluster
    if ((EUID == 0)); then
        # PostgreSQL refuses to run as root.
        local name=nobody
        if id postgres >/dev/null 2>&1; then name=postgres; fi
        pg_cluster_user=(setpriv --reuid "$name" --regid "$(id -g "$name")" --clear-groups --)
        chmod 711 "$work" && install -d -o "$name" -m 700 "$pg_folder" || return 1
    fi
    as_cluster_user "$pg_bin/initdb" -D "$pg_folder" -U postgres --auth=trust \
        --encoding=UTF8 --locale=C --no-sync || return 1

    local attempt port options
    for attempt in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 12000))
        options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=''"
        options+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        options+=" -c max_connections=200"
        if as_cluster_user "$pg_bin/pg_ctl" -D "$pg_folder" -l "$pg_folder/log" \
            -o "$options" -w -t 60 start; then
            export TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
            return
        fi
        echo "attempt $attempt, on port $port, failed"
    done
    cat "$pg_folder/log"
    return 1
}

# Stops the server that start_postgres started, if it did.
stop_postgres() {
    if [[ -n $pg_folder && -e $pg_folder/postmaster.pid ]]; then
        as_cluster_user "$pg_bin/pg_ctl" -D "$pg_folder" -m immediate -s stop || true
    fi
}
