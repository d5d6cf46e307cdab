# shellcheck shell=bash disable=SC2154
# images.sh - sourced by run: the two images.

# What the .NET runtime needs of a system: the libraries that it and createdump are linked to, and
# those that it loads by name.
images_app_rootfs() {
    local rootfs=$1 dotnet_root=$2 library
    mkdir -p "$rootfs"/{app,diag,etc,usr/share/dotnet,tmp}
    chmod 1777 "$rootfs/tmp"
    echo "root:x:0:0::/:/" >"$rootfs/etc/passwd"
    {
        find "$dotnet_root/dotnet" "$dotnet_root/host" "$dotnet_root/shared" -type f \
            \( -name '*.so' -o -name createdump -o -name dotnet \) -print0 | xargs -0 ldd 2>/dev/null |
            awk '$2 == "=>" && $3 ~ /^\/(usr\/)?lib/ { print $3 } $1 ~ /^\/lib64/ { print $1 }'
        ls /lib/*-linux-gnu/libssl.so.3 /lib/*-linux-gnu/libcrypto.so.3 2>/dev/null
    } | sort -u | while read -r library; do
        install -D -m 0755 "$library" "$rootfs$library"
    done
}

# The application image holds only libraries: runtime and application are mounted when it runs.
images_build_app() {
    local dotnet_root=$1
    images_app_rootfs "$work/app/rootfs" "$dotnet_root"
    cat >"$work/app/Dockerfile" <<'END'
FROM scratch
COPY rootfs/ /
ENV HOME=/tmp DOTNET_ROOT=/usr/share/dotnet LD_LIBRARY_PATH=/lib/x86_64-linux-gnu
WORKDIR /app
ENTRYPOINT ["/usr/share/dotnet/dotnet", "/app/web.dll"]
END
    $BUILDAH bud -q --isolation chroot -t localhost/portside-test-app "$work/app" >/dev/null
}

images_build() {
    local binary=$1
    images_build_app "$2" &&
        "$root/docker/build-image" -t localhost/portside-test "$binary"
}
