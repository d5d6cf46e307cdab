# shellcheck shell=bash disable=SC2154
# bench/lib.sh - processes under measurement, statistics, and the lines of the result. Sourced by
# bench/run, which sets root, tools, work, portside and peer.

children=()

note() {
    echo "bench: $*" >&2
}

fail() {
    note "$*"
    tail -n 5 "$work"/*.log >&2 2>/dev/null || true
    exit 1
}

load() {
    cut -d' ' -f1-3 /proc/loadavg
}

# Seconds of CPU spent by the whole machine so far, and of idling, in hundredths.
machine_cpu() {
    awk '/^cpu / { print $2 + $3 + $4 + $7 + $8 + $9, $5 + $6; exit }' /proc/stat
}

# Waits until nothing else runs, up to QUIET_WAIT (60) seconds; says so when it does not come.
wait_quiet() {
    local n before after
    for ((n = 0; n < 2 * ${QUIET_WAIT:-60}; n++)); do
        read -r -a before < <(machine_cpu)
        sleep 0.5
        read -r -a after < <(machine_cpu)
        if [ $((10 * (after[0] - before[0]))) -le $((after[1] - before[1])) ]; then
            return
        fi
    done
    note "the machine is not quiet: load $(load)"
}

# --- processes ---

# start LOG COMMAND...: in the background; its pid is in `started`.
start() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 </dev/null &
    started=$!
    children+=("$started")
}

stop_all() {
    local pid
    for pid in "${children[@]}"; do
        kill "$pid" 2>/dev/null || true
        kill -CONT "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    children=()
}

# A port that nobody answers on.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
}

# wait_for WHAT COMMAND...: up to 60 s.
wait_for() {
    local what=$1 n
    shift
    for ((n = 0; n < 600; n++)); do
        if "$@" >/dev/null 2>&1; then
            return
        fi
        sleep 0.1
    done
    fail "$what did not happen within 60 s"
}

get() {
    "$tools/fetch" -o /dev/stdout "$1" "$2"
}

# command_of MONITOR: sets `monitor_command`. MONITOR is "portside" or "peer" everywhere here.
command_of() {
    if [ "$1" = portside ]; then
        monitor_command=("$portside")
    else
        read -r -a monitor_command <<<"$peer"
    fi
}

# start_monitor MONITOR: sets MONITOR_pid and MONITOR_port; its socket is $work/MONITOR.sock, its
# dump folder $work/dumps-MONITOR.
start_monitor() {
    local port
    port=$(free_port)
    command_of "$1"
    mkdir -p "$work/dumps-$1"
    start "$work/$1.log" env "DotnetMonitor_Storage__DumpTempFolder=$work/dumps-$1" \
        "${monitor_command[@]}" collect --no-auth --urls "http://127.0.0.1:$port" \
        --metricUrls "http://127.0.0.1:$(free_port)" --diagnostic-port "$work/$1.sock"
    printf -v "$1_pid" %s "$started"
    printf -v "$1_port" %s "$port"
    wait_for "the start of $1" get "$port" /info
}

# start_app MONITOR...: an application connected to all of them; sets app_pid and app_port.
start_app() {
    local ports='' name port
    for name in "$@"; do
        ports+="$work/$name.sock,nosuspend,connect;"
    done
    app_port=$(free_port)
    start "$work/app.log" env "DOTNET_DiagnosticPorts=$ports" \
        "ASPNETCORE_URLS=http://127.0.0.1:$app_port" "$root/build/apps/web10/web"
    app_pid=$started
    wait_for "the start of the application" get "$app_port" /ready
    for name in "$@"; do
        port=${name}_port
        wait_for "the application's connection to $name" process_listed "${!port}"
    done
}

process_listed() {
    get "$1" /processes | grep -q "\"pid\": *$app_pid\b"
}

# The peer as well, where there is one.
monitors() {
    echo portside ${peer:+peer}
}

# createdump of the running application's own runtime.
createdump_of() {
    local library
    library=$(awk '/\/libcoreclr\.so$/ { print $6; exit }' "/proc/$1/maps")
    echo "$(dirname "$library")/createdump"
}

# --- figures of a process ---

# status_kib PID FIELD
status_kib() {
    awk -v field="$2:" '$1 == field { print $2 }' "/proc/$1/status"
}

pss_kib() {
    awk '$1 == "Pss:" { print $2 }' "/proc/$1/smaps_rollup"
}

# Seconds on a CPU: of one thread to the nanosecond; of several in ticks of 10 ms, because what an ended thread has
# used is only in the process's own sum.
cpu_seconds() {
    local threads=("/proc/$1/task"/*)
    if [ ${#threads[@]} = 1 ]; then
        awk '{ printf "%.6f\n", $1 / 1e9 }' "/proc/$1/schedstat"
    else
        awk '{ sub(/.*\) /, ""); printf "%.6f\n", ($12 + $13) / 100 }' "/proc/$1/stat"
    fi
}

# --- statistics and lines ---

# Of the words given.
median() {
    printf '%s\n' "$@" | sort -n |
        awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int((NR + 2) / 2)]) / 2 }'
}

minimum() {
    printf '%s\n' "$@" | sort -n | head -1
}

maximum() {
    printf '%s\n' "$@" | sort -n | tail -1
}

# calc EXPRESSION [FORMAT]
calc() {
    awk "BEGIN { printf \"${2:-%.3f}\", $1 }"
}

heading() {
    printf '%-24s %9s %9s %-6s %9s %-11s %8s  %-9s %s\n' \
        figure median best unit reference '' ratio goal ''
}

# row NAME MEDIAN BEST UNIT REFERENCE NAME_OF_REFERENCE GOAL [KIND]
# KIND "ratio": the goal is for the ratio. A dash stands for what there is not.
row() {
    local ratio=- verdict='' judged=$2
    if [ "$5" != - ]; then
        ratio=$(calc "$2 / $5" %.3f)
    fi
    if [ "${8:-}" = ratio ]; then
        judged=$ratio
    fi
    if [ "$7" != - ]; then
        verdict=$(calc "$judged <= $7" %d)
        verdict=$([ "$verdict" = 1 ] && echo PASS || echo MISS)
    fi
    printf '%-24s %9s %9s %-6s %9s %-11s %8s  %-9s %s\n' "$1" "$2" "$3" "$4" "$5" "$6" "$ratio" \
        "$([ "$7" = - ] && echo - || echo "<= $7${8:+ x}")" "$verdict"
}
