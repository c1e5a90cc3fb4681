# shellcheck shell=bash
# shellcheck disable=SC2034 # who sources this uses all of it
# Images and containers, with docker or podman. To be sourced.

container=docker
container_build=()
container_run=()

# Sets `container`: docker if its daemon answers, podman otherwise. Without either, and with the tools
# that make base images where no registry can be reached, these are made.
find_container() {
    local tools=../shared/tools/container
    if docker info >/dev/null 2>&1; then
        # A manifest list, which docker would make to say where an image is from, is refused by Heroku.
        export BUILDX_NO_DEFAULT_ATTESTATIONS=1
        return
    fi
    container=podman
    container_build=(--format docker --layers)
    if [[ -x $tools/make-bases ]]; then
        "$tools/make-bases" || return 1
        # shellcheck source=/dev/null
        source "$tools/env.sh"
        container_build+=(--pull-never)
        container_run=(--pull never)
    elif ! command -v podman >/dev/null; then
        echo "no docker daemon answers, and there is no podman" >&2
        return 1
    fi
}

# Prints the commit, with "-changed" if files differ from it.
revision() {
    local commit
    commit=$(git rev-parse HEAD) || return 1
    if [[ -n $(git status --porcelain) ]]; then commit+=-changed; fi
    echo "$commit"
}

# build_image TAG [RUNNER]: builds the site's image; a runner is what is called with the command instead
# of calling it.
build_image() {
    ${2:+"$2"} "$container" build ${container_build[@]+"${container_build[@]}"} \
        --build-arg "GIT_REVISION=$(revision)" --tag "$1" .
}

# build_release_image IMAGE TAG [RUNNER]: the same image with another command, for Heroku's process type
# `release`.
build_release_image() {
    ${3:+"$3"} "$container" build ${container_build[@]+"${container_build[@]}"} \
        --build-arg "IMAGE=$1" --file Dockerfile.release --tag "$2" .
}
