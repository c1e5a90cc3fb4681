# shellcheck shell=bash
# Commands that a dry run only prints. To be sourced by scripts that handle secrets: what they print
# never holds one, since secrets go to programs through standard input alone.
# `container` is that of scripts/container.sh.

dry_run=

# run COMMAND…: prints a command and, unless this is a dry run, runs it.
run() {
    printf '+'
    printf ' %q' "$@"
    printf '\n'
    if [[ -z $dry_run ]]; then "$@"; fi
}

# run_with SECRET COMMAND…: likewise, with the value of a variable as standard input.
run_with() {
    local secret=$1
    shift
    printf '+ printf %%s "$%s" |' "$secret"
    printf ' %q' "$@"
    printf '\n'
    if [[ -z $dry_run ]]; then printf %s "${!secret}" | "$@"; fi
}

# need VARIABLE…: ends the script unless these are set, and names all that are not. In a dry run, what is
# not set stands there by its name.
need() {
    local name missing=()
    for name in "$@"; do
        [[ -n ${!name:-} ]] && continue
        missing+=("$name")
        if [[ -n $dry_run ]]; then declare -g "$name=$name"; fi
    done
    if [[ -z $dry_run ]] && ((${#missing[@]})); then
        echo "not set: ${missing[*]}" >&2
        exit 2
    fi
}

# need_clean_tree: ends the script if files differ from the commit that names the image.
need_clean_tree() {
    if [[ -z $dry_run && -n $(git status --porcelain) ]]; then
        echo "there are changes that are not in the commit; commit or stash them" >&2
        exit 1
    fi
}

# sign_in REGISTRY USER SECRET: signs in to a registry, in a folder that goes when the script ends.
sign_in() {
    if [[ -z $dry_run && -z ${sign_in_folder:-} ]]; then
        sign_in_folder=$(mktemp -d)
        trap 'rm -rf "$sign_in_folder"' EXIT
        trap 'exit 130' INT TERM
        if [[ ${container:?} == docker ]]; then
            # Where the daemon is stands in the folder that is left behind.
            DOCKER_HOST=$(docker context inspect --format '{{.Endpoints.docker.Host}}')
            export DOCKER_HOST DOCKER_CONFIG=$sign_in_folder
        fi
        export REGISTRY_AUTH_FILE=$sign_in_folder/auth.json
    fi
    run_with "$3" "$container" login --username "$2" --password-stdin "$1"
}
