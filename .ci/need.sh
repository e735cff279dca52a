# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# .ci/need.sh: what conf/try and tests/run need of the machine. Sourced by both.
#
#   need build           a compiler, the C library's headers, make or ninja, cmake
#   need build tests     and what the tests use
#   need build tests lint
#   need build tests fuzz  clang, and its libFuzzer
#   need build tests clients  the clients of tests/with/clients, from curl to Firefox and Maven (300 MB to download)
#   need build tests logs  goaccess, jq, logrotate and wrk, for tests/with/logs
#   need build tests package  what makes a .deb, looks at it, and boots a system for it: tests/with/systemd
#   need build tests status   promtool (of the package prometheus), wrk and Chromium, for tests/with/status
#   need build tests guard    what bench/guard counts with
#   need build tests fronts   the front ends of tests/with/front and tests/with/proxied (their services are not
#                             needed), and wrk, for tests/life/reload
#
# What is there stays as it is. What is missing is installed by apt-get (Debian, Ubuntu), through sudo where the caller
# is not root; where that is not possible the missing things are named, and the script that asked ends with status 1.

need_cmake_version=3.25

need_die() {
    echo "$(basename -- "$0"): $*" >&2
    exit 1
}

need_command() {
    command -v "$1" >/dev/null 2>&1
}

# need_header NAME: the compiler finds this header.
need_header() {
    need_command cc && echo "#include <stdint.h>
#include <stddef.h>
#include <stdarg.h>
#include <setjmp.h>
#include <$1>" | cc -E - >/dev/null 2>&1
}

# need_fuzzer: clang links its runtime of libFuzzer and of the sanitizers.
need_fuzzer() {
    need_command clang && echo 'int LLVMFuzzerTestOneInput(const unsigned char *p, unsigned long n);
int LLVMFuzzerTestOneInput(const unsigned char *p, unsigned long n) { return p == 0 && n > 0; }' |
        clang -fsanitize=fuzzer,address,undefined -x c -o /dev/null - >/dev/null 2>&1
}

# The package of that runtime: that for the clang that is there, else that for the one that will be installed.
need_fuzzer_package() {
    need_clang=$(clang -dumpversion 2>/dev/null) || need_clang=
    echo "libclang-rt-${need_clang:+${need_clang%%.*}-}dev"
}

# need_system NAME: the system has this program. What somebody keeps at home (rustup, pyenv) does not work without that home.
need_system() {
    for need_bin in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
        [ ! -x "$need_bin/$1" ] || return 0
    done
    return 1
}

# need_clients: the packages of the clients that are missing.
need_clients() {
    while read -r need_tool need_package; do
        need_system "$need_tool" || echo "${need_package:-$need_tool}"
    done <<'END'
curl
wget
aria2c aria2
chromium
firefox-esr
zsync
zckdl zchunk
casync
dpkg-deb dpkg
apt-cacher-ng
debmirror
pip3 python3-pip
cargo
mvn maven
git
ostree
ffmpeg
qemu-img qemu-utils
httpdirfs
fusermount fuse3
END
    (set -- /usr/lib/*/qemu/block-curl.so && [ -e "$1" ]) || echo qemu-block-extra
}

# The packages (by their Debian names) that the parts given lack, one a line.
need_missing() {
    for need_part in "$@"; do
        case $need_part in
        build)
            need_command cc || echo gcc
            need_header stdio.h || echo libc6-dev
            need_command make || need_command ninja || echo make
            need_command cmake || echo cmake
            ;;
        tests)
            need_header cmocka.h || echo libcmocka-dev
            need_command pkg-config || echo pkg-config
            need_command python3 || echo python3
            need_command curl || echo curl
            need_command mandoc || echo mandoc
            ;;
        fronts)
            for need_tool in haproxy nginx varnishd h2o wrk; do
                (PATH=$PATH:/usr/sbin && need_command $need_tool) || echo ${need_tool%d}
            done
            ;;
        logs)
            for need_tool in goaccess jq wrk; do
                need_command $need_tool || echo $need_tool
            done
            [ -x /usr/sbin/logrotate ] || echo logrotate
            ;;
        package)
            need_command dpkg-shlibdeps || echo dpkg-dev
            need_command systemctl || echo systemd
            need_command nsenter || echo util-linux
            [ -x /bin/kill ] || echo procps
            need_command lintian || echo lintian
            [ -x /usr/sbin/logrotate ] || echo logrotate
            ;;
        clients)
            need_clients
            ;;
        status)
            need_command promtool || echo prometheus
            for need_tool in wrk chromium; do
                need_command $need_tool || echo $need_tool
            done
            ;;
        guard)
            for need_tool in valgrind strace; do
                need_command $need_tool || echo $need_tool
            done
            need_command chrt || echo util-linux
            ;;
        clang) need_command clang || echo clang ;;
        fuzz)
            need_command clang || echo clang
            need_fuzzer || need_fuzzer_package
            ;;
        lint)
            for need_tool in clang clang-format clang-tidy cppcheck shellcheck; do
                need_command $need_tool || echo $need_tool
            done
            ;;
        esac
    done | sort -u
}

need_install() {
    need_command apt-get || need_die "missing here: $*" \
        "(names as in Debian; install your system's equivalents and run this again)"
    need_as=
    if [ "$(id -u)" -ne 0 ]; then
        need_command sudo || need_die "missing here: $*. As root: apt-get install $*"
        need_as=sudo
    fi
    echo "installing: $*"
    $need_as apt-get -q update >&2 || need_die 'apt-get update failed'
    $need_as env DEBIAN_FRONTEND=noninteractive apt-get -qy --no-install-recommends install "$@" >&2 ||
        need_die "apt-get could not install: $*"
}

# need_at_least WANT HAVE: versions of the form 3.25 or 3.25.1, by their first two numbers.
need_at_least() {
    awk -v want="$1" -v have="$2" 'BEGIN {
        split(want, w, "."); split(have, h, ".")
        exit !(h[1] + 0 > w[1] + 0 || (h[1] + 0 == w[1] + 0 && h[2] + 0 >= w[2] + 0))
    }'
}

need() {
    need_list=$(need_missing "$@")
    # shellcheck disable=SC2086 # package names: one word each
    [ -z "$need_list" ] || need_install $need_list
    need_list=$(need_missing "$@" | tr '\n' ' ')
    [ -z "$need_list" ] || need_die "still missing after the installation: $need_list"

    need_have=$(cmake --version | sed -n '1s/[^0-9]*//p')
    need_at_least $need_cmake_version "$need_have" ||
        need_die "cmake $need_cmake_version or later is needed; this is $need_have"

    # cmake asks for make unless told otherwise.
    if ! need_command make && [ -z "${CMAKE_GENERATOR-}" ]; then
        export CMAKE_GENERATOR=Ninja
    fi
}
