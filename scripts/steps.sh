# shellcheck shell=bash
# Steps of a script: each prints one line with its seconds, and its output only if it fails.
# To be sourced.

steps_started=$SECONDS
steps_notes=()

# step NAME COMMAND…: runs a command; the script ends if it fails. VERBOSE=1 shows all output.
#
# The command may be a function, and may set variables. `set -e` does not hold inside it: what must
# not fail there needs a `|| return 1`.
step() {
    local name=$1 started=$SECONDS log status=0
    shift
    log=$(mktemp)
    if [[ -n ${VERBOSE:-} ]]; then
        "$@" || status=$?
    else
        "$@" >"$log" 2>&1 || status=$?
    fi
    if ((status == 0)); then
        printf '%-42s ok %5d s\n' "$name" $((SECONDS - started))
        rm -f "$log"
        return
    fi
    cat "$log"
    rm -f "$log"
    printf '%-42s FAILED %d s: %s\n' "$name" $((SECONDS - started)) "$*"
    exit 1
}

# note TEXT: says something at the end.
note() {
    steps_notes+=("$1")
}

# finish NAME: says that all of it went well.
finish() {
    local text
    for text in ${steps_notes[@]+"${steps_notes[@]}"}; do echo "note: $text"; done
    printf '%-42s ok %5d s\n' "$1" $((SECONDS - steps_started))
}

# Runs a command as root, if that is possible without asking for a password.
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

# install_package NAME: installs one of Debian's packages, if that is possible.
install_package() {
    command -v apt-get >/dev/null || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1"
}
