# shellcheck shell=bash disable=SC2154
# box.sh - sourced by run: a private place for podman. Own mount and network namespaces, own image
# store, own settings; nothing of it is left on the machine.

# Prints why containers cannot run here; nothing when they may.
box_obstacle() {
    local tool
    if [ "$(id -u)" != 0 ]; then
        echo "not root"
        return
    fi
    for tool in podman buildah crun unshare nsenter curl dotnet; do
        command -v "$tool" >/dev/null || {
            echo "$tool is not installed (scripts/install-deps --test)"
            return
        }
    done
    unshare --mount --net --propagation private true 2>/dev/null || echo "unshare is not permitted"
}

# Settings and commands; call within the private namespaces. Sets PODMAN, BUILDAH, CONTAINERS_CONF.
box_open() {
    local store="--root $work/store --runroot $work/run --storage-driver ${PORTSIDE_STORAGE:-overlay}"
    ip link set lo up 2>/dev/null || true
    # crun refuses machines with cgroup v1 that have the v2 hierarchy mounted beside it.
    if [ -d /sys/fs/cgroup/unified ]; then
        umount /sys/fs/cgroup/unified
    fi
    # Without limits of our own podman raises them, which needs CAP_SYS_RESOURCE.
    cat >"$work/containers.conf" <<END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
log_driver = "k8s-file"
[network]
network_backend = "netavark"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
END
    export CONTAINERS_CONF=$work/containers.conf
    PODMAN="podman $store"
    export BUILDAH="buildah $store"
}

# Removes all containers; a pod stays.
box_clear() {
    $PODMAN rm -f -t 0 -i app sidecar >/dev/null 2>&1 || true
}

box_close() {
    box_clear
    $PODMAN pod rm -a -f -t 0 >/dev/null 2>&1 || true
    $PODMAN rm -a -f -t 0 >/dev/null 2>&1 || true
    $PODMAN network rm -f side >/dev/null 2>&1 || true
    umount "$work/store/overlay" 2>/dev/null || true
    rm -rf "$work"
}

# Runs a command in the network namespace of a container: HTTP without a published port.
box_inside() {
    local name=$1 pid
    shift
    pid=$($PODMAN inspect --format '{{.State.Pid}}' "$name") || return 1
    [ "$pid" != 0 ] || return 1
    nsenter "--net=/proc/$pid/ns/net" "$@"
}

# Waits up to 30 s for a command to succeed.
box_wait() {
    local n
    for ((n = 0; n < 300; n++)); do
        if "$@" >/dev/null 2>&1; then
            return 0
        fi
        sleep 0.1
    done
    return 1
}
