# shellcheck shell=bash disable=SC2154
# bench/cases.sh - one function per case of bench/run; each leaves no process behind.

# --- startup ---

# Milliseconds from exec to the first 200, `count` times.
startups() {
    local name=$1 count=$2 n port
    command_of "$name"
    port=$(free_port)
    for ((n = 0; n < count; n++)); do
        "$tools/time_start" "$port" "${monitor_command[@]}" collect --no-auth \
            --urls "http://127.0.0.1:$port" --metricUrls "http://127.0.0.1:$((port + 1))" \
            --diagnostic-port "$work/startup.sock"
    done
}

case_startup() {
    local ours theirs reference=-
    mapfile -t ours < <(startups portside 20)
    if [ -n "$peer" ]; then
        mapfile -t theirs < <(startups peer 5)
        reference=$(calc "$(median "${theirs[@]}")" %.0f)
    fi
    row startup "$(calc "$(median "${ours[@]}")" %.2f)" "$(calc "$(minimum "${ours[@]}")" %.2f)" \
        ms "$reference" peer 10
}

# --- idle ---

idle_row() {
    row "$1" "$(calc "${figures[portside.$1]}" "$4")" - "$2" \
        "$([ -n "$peer" ] && calc "${figures[peer.$1]}" "$4" || echo -)" peer "$3"
}

case_idle() {
    local name pid
    local -A figures
    for name in $(monitors); do
        start_monitor "$name"
        start_app "$name"
    done
    sleep 20
    for name in $(monitors); do
        pid=${name}_pid
        figures[$name.rss-idle]=$(status_kib "${!pid}" VmRSS)/1024
        figures[$name.pss-idle]=$(pss_kib "${!pid}")/1024
        figures[$name.cpu]=$(cpu_seconds "${!pid}")
    done
    sleep 60
    for name in $(monitors); do
        pid=${name}_pid
        figures[$name.cpu-idle]=$(cpu_seconds "${!pid}")-${figures[$name.cpu]}
    done
    stop_all
    idle_row rss-idle MiB 4 %.2f
    idle_row pss-idle MiB - %.2f
    idle_row cpu-idle s/min 0.02 %.4f
}

# --- metrics ---

# metrics_figures NAME APPS MONITOR...: RSS after two minutes of publishing, CPU time of the second.
metrics_figures() {
    local figure=$1 apps=$2 name pid n
    shift 2
    for name in "$@"; do
        DotnetMonitor_DefaultProcess__Filters__0__ProcessName=web start_monitor "$name"
    done
    for ((n = 0; n < apps; n++)); do
        start_app "$@"
    done
    sleep 60
    for name in "$@"; do
        pid=${name}_pid
        figures[$name.cpu]=$(cpu_seconds "${!pid}")
    done
    sleep 60
    for name in "$@"; do
        pid=${name}_pid
        figures[$name.cpu-$figure]="($(cpu_seconds "${!pid}")-${figures[$name.cpu]})/$apps"
        figures[$name.rss-$figure]=$(status_kib "${!pid}" VmRSS)/1024
    done
    stop_all
}

case_metrics() {
    local -A figures
    # shellcheck disable=SC2046 # one word per monitor
    metrics_figures metrics 1 $(monitors)
    idle_row rss-metrics MiB 5 %.2f
    idle_row cpu-metrics s/min 0.02 %.4f
    metrics_figures metrics-10 10 portside
    row rss-metrics-10 "$(calc "${figures[portside.rss-metrics-10]}" %.2f)" - MiB - - 8
    row cpu-metrics-10 "$(calc "${figures[portside.cpu-metrics-10]}" %.4f)" - s/min - - 0.02
}

# --- scrape ---

# Answers of /metrics, in turns: "P50 P99 BYTES" each. Kept-alive connections, as scrapers have them.
case_scrape() {
    local name port n reference=- bytes=- result words
    local -A p50 size
    for name in $(monitors); do
        DotnetMonitor_DefaultProcess__Filters__0__ProcessName=web start_monitor "$name"
    done
    # shellcheck disable=SC2046 # one word per monitor
    start_app $(monitors)
    for name in $(monitors); do
        port=${name}_port
        wait_for "the first values of $name" has_counters "${!port}"
    done
    sleep 12 # the peer's history of three values
    for ((n = 0; n < runs; n++)); do
        for name in $(monitors); do
            port=${name}_port
            read -r -a result < <("$tools/ask" "${!port}" /metrics 1000) || fail "no /metrics of $name"
            p50[$name]+=" ${result[0]}" size[$name]=${result[2]}
            note "round $n $name: p50 ${result[0]} ms, p99 ${result[1]} ms, ${result[2]} bytes"
        done
    done
    stop_all
    if [ -n "$peer" ]; then
        read -r -a words <<<"${p50[peer]}"
        reference=$(median "${words[@]}") bytes=${size[peer]}
    fi
    read -r -a words <<<"${p50[portside]}"
    row scrape-p50 "$(median "${words[@]}")" "$(minimum "${words[@]}")" ms "$reference" peer \
        "$([ -n "$peer" ] && echo 0.2 || echo -)" ratio
    row scrape-size "${size[portside]}" - bytes "$bytes" peer -
}

has_counters() {
    get "$1" /metrics | grep -q systemruntime_cpu_usage
}

# --- dumps ---

# An application with 1 GiB alive, all monitors, and their dump folders in place (a Mini dump each).
start_dump_world() {
    local name port
    for name in $(monitors); do
        start_monitor "$name"
    done
    # shellcheck disable=SC2046 # one word per monitor
    start_app $(monitors)
    get "$app_port" "/alloc?mb=1024" >/dev/null
    for name in $(monitors); do
        port=${name}_port
        "$tools/fetch" "${!port}" "/dump?type=Mini&pid=$app_pid" >/dev/null
    done
    mkdir -p "$work/dumps-createdump"
    createdump=$(createdump_of "$app_pid")
}

# Before each run: the last dump is gone, the disk's queue is empty, nothing else runs.
settle() {
    rm -f "$work/dumps-createdump/core" "$work/client"
    sync -f "$work"
    wait_quiet
}

# One dump by createdump alone: "WALL FIRST" in `result`.
createdump_once() {
    settle
    read -r -a result < <("$tools/time_command" -w "$work/dumps-createdump" "$createdump" --full \
        -f "$work/dumps-createdump/core" "$app_pid") || fail "createdump failed"
}

# dump_once MONITOR FILE: "LAST FIRST WRITTEN BYTES" in `result`.
dump_once() {
    local port=$1_port
    settle
    read -r -a result < <("$tools/fetch" -w "$work/dumps-$1" -o "$2" "${!port}" \
        "/dump?type=Full&pid=$app_pid") || fail "no dump of $1"
    if [ "${result[3]}" -lt $((1024 * 1048576)) ]; then
        fail "the dump of $1 has only ${result[3]} bytes"
    fi
}

# dump_rounds FILE: createdump and all monitors in turn, `runs` times; the client writes to FILE.
# Adds to alone, alone_first, walls and late of the caller.
dump_rounds() {
    local n name
    for ((n = 0; n < runs; n++)); do
        createdump_once
        alone+=("${result[0]}") alone_first+=("${result[1]}")
        for name in $(monitors); do
            dump_once "$name" "$1"
            walls[$name]+=" ${result[0]}"
            late[$name]+=" $(calc "${result[1]} - ${result[2]}")"
            note "round $n $name: ${result[0]} ms, createdump alone ${alone[-1]} ms;" \
                "first byte in the file ${result[2]} ms, at the client ${result[1]} ms"
        done
    done
}

seconds() {
    calc "$1 / 1000" "${2:-%.3f}"
}

# wall_row NAME MONITOR GOAL
wall_row() {
    local words
    read -r -a words <<<"${walls[$2]}"
    row "$1" "$(seconds "$(median "${words[@]}")")" "$(seconds "$(minimum "${words[@]}")")" s \
        "$(seconds "$(median "${alone[@]}")")" createdump "$3" ratio
    # The least disturbed run of each.
    row "$1-best" "$(seconds "$(minimum "${words[@]}")")" - s \
        "$(seconds "$(minimum "${alone[@]}")")" createdump -
}

late_row() {
    local words
    read -r -a words <<<"${late[$2]}"
    row "$1" "$(seconds "$(median "${words[@]}")" %.4f)" \
        "$(seconds "$(minimum "${words[@]}")" %.4f)" s - - "$3"
}

case_dump() {
    local alone=() alone_first=() result
    local -A walls late
    start_dump_world
    dump_rounds /dev/null
    wall_row dump-full portside 1.1
    if [ -n "$peer" ]; then
        wall_row dump-full-peer peer -
    fi
    row createdump-first-byte "$(seconds "$(median "${alone_first[@]}")")" \
        "$(seconds "$(minimum "${alone_first[@]}")")" s - - -
    late_row dump-first-byte-after portside 0.2
    if [ -n "$peer" ]; then
        late_row dump-first-byte-peer peer -
    fi
    row dump-peak-rss "$(calc "$(status_kib "$portside_pid" VmHWM) / 1024" %.2f)" - MiB \
        "$([ -n "$peer" ] && calc "$(status_kib "$peer_pid" VmHWM) / 1024" %.2f || echo -)" peer 6
    stop_all
}

case_dump_to_disk() {
    local alone=() alone_first=() result
    local -A walls late
    start_dump_world
    dump_rounds "$work/client"
    wall_row dump-to-disk portside -
    if [ -n "$peer" ]; then
        wall_row dump-to-disk-peer peer -
    fi
    stop_all
    settle
}

# --- slow client ---

# stop_of COMMAND...: the longest wait for /hello while it runs, in `longest`.
stop_of() {
    local probe
    start "$work/latency.out" "$tools/latency" "$app_port" /hello
    probe=$started
    sleep 1
    "$@"
    sleep 0.5
    kill "$probe"
    wait "$probe" || fail "the application did not answer"
    read -r longest _ <"$work/latency.out"
}

slow_fetch() {
    local port=$1_port
    settle
    read -r -a result < <("$tools/fetch" -r 20 "${!port}" "/dump?type=Full&pid=$app_pid") ||
        fail "no dump of $1"
}

# The client needs a minute for its gigabyte; the application must stand still no longer than
# createdump needs to write it.
case_slow_client() {
    local longest result stops=() n name
    start_dump_world
    for ((n = 0; n < 3; n++)); do
        stop_of createdump_once
        stops+=("$longest")
    done
    for name in $(monitors); do
        stop_of slow_fetch "$name"
        note "$name: the application stood still for $longest ms, the client read for ${result[0]} ms"
        if [ "$name" = portside ]; then
            row slow-client-stop "$(seconds "$longest")" - s "$(seconds "$(median "${stops[@]}")")" \
                createdump 1.2 ratio
            row slow-client-read "$(seconds "${result[0]}" %.1f)" - s - - -
        else
            row slow-client-stop-peer "$(seconds "$longest")" - s \
                "$(seconds "$(median "${stops[@]}")")" createdump - ratio
        fi
    done
    stop_all
}

# --- traces ---

# trace_once MONITOR: "CPU_PER_200_MB MEGABYTES LOST" in `result`; CPU of the monitor in seconds. The trace is in
# $work/MONITOR.nettrace.
trace_once() {
    local port=$1_port pid=$1_pid file=$work/$1.nettrace before after bytes lost
    before=$(cpu_seconds "${!pid}")
    "$tools/fetch" -o "$file" "${!port}" \
        "/trace?profile=cpu,http,metrics&durationSeconds=10&pid=$app_pid" >/dev/null || fail "no trace of $1"
    after=$(cpu_seconds "${!pid}")
    bytes=$(stat -c %s "$file")
    lost=$("$portside" report "$file" events 2>"$work/report.log" | awk '$2 == "lost" { print $1 }') ||
        fail "the trace of $1 cannot be read: $(tail -n 1 "$work/report.log")"
    result=("$(calc "($after - $before) * 200000000 / $bytes" %.4f)" "$(calc "$bytes / 1e6" %.1f)" "$lost")
}

# What dotnet-trace makes of the last trace.
check_trace() {
    if [ -z "${DOTNET_TRACE:-}" ]; then
        note "DOTNET_TRACE IS NOT SET: only portside has read the traces"
    elif ! "$DOTNET_TRACE" report "$work/$1.nettrace" topN -n 3 >"$work/topn.log" 2>&1; then
        fail "dotnet-trace cannot read the trace of $1"
    else
        note "$1: dotnet-trace reads it: $(grep -m 1 '^ *1\.' "$work/topn.log" | tr -s ' ')"
    fi
}

# An application under load by 8 connections, traced by all monitors in turn.
case_trace() {
    local name n pid loader result
    local -A cpu size lost
    for name in $(monitors); do
        start_monitor "$name"
    done
    # shellcheck disable=SC2046 # one word per monitor
    start_app $(monitors)
    start "$work/load.log" "$tools/load" "$app_port" /hello 8
    loader=$started
    for ((n = 0; n < runs; n++)); do
        for name in $(monitors); do
            trace_once "$name"
            cpu[$name]+=" ${result[0]}" size[$name]+=" ${result[1]}" lost[$name]+=" ${result[2]}"
            note "round $n $name: ${result[1]} MB, ${result[0]} s of CPU per 200 MB, ${result[2]} events lost"
        done
    done
    kill "$loader"
    for name in $(monitors); do
        check_trace "$name"
    done
    trace_rows
    stop_all
}

# Of case_trace's figures.
trace_rows() {
    local words reference=-
    if [ -n "$peer" ]; then
        read -r -a words <<<"${cpu[peer]}"
        reference=$(median "${words[@]}")
    fi
    read -r -a words <<<"${cpu[portside]}"
    row trace-cpu-200MB "$(median "${words[@]}")" "$(minimum "${words[@]}")" s "$reference" peer \
        "$([ -n "$peer" ] && echo 0.333 || echo -)" ratio
    read -r -a words <<<"${size[portside]}"
    row trace-size "$(median "${words[@]}")" - MB - - -
    read -r -a words <<<"${lost[portside]}"
    row trace-lost "$(maximum "${words[@]}")" - events - - 0
    row trace-peak-rss "$(calc "$(status_kib "$portside_pid" VmHWM) / 1024" %.2f)" - MiB \
        "$([ -n "$peer" ] && calc "$(status_kib "$peer_pid" VmHWM) / 1024" %.2f || echo -)" peer 8
}

# --- gcdump ---

# gcdump_once MONITOR: seconds of wall clock and of CPU in `result`.
gcdump_once() {
    local pid=${1}_pid port=${1}_port before words
    before=$(cpu_seconds "${!pid}")
    read -r -a words < <("$tools/fetch" -o "$work/$1.gcdump" "${!port}" "/gcdump?pid=$app_pid")
    result=("$(calc "${words[0]} / 1000")" "$(calc "$(cpu_seconds "${!pid}") - $before")")
    # A node has 12 bytes at least in the file: its offset and its address.
    if [ "$(stat -c %s "$work/$1.gcdump")" -lt 12000000 ]; then
        fail "the .gcdump of $1 does not hold a million objects"
    fi
}

# The first of each monitor, whose code has yet to be compiled, does not count.
case_gcdump() {
    local name n result
    local -A wall cpu
    for name in $(monitors); do
        start_monitor "$name"
    done
    # shellcheck disable=SC2046 # one word per monitor
    start_app $(monitors)
    get "$app_port" "/objects?n=1000000" >/dev/null
    for ((n = 0; n <= runs; n++)); do
        for name in $(monitors); do
            wait_quiet
            gcdump_once "$name"
            note "round $n $name: ${result[0]} s, ${result[1]} s of CPU"
            if [ "$n" -gt 0 ]; then
                wall[$name]+=" ${result[0]}" cpu[$name]+=" ${result[1]}"
            fi
        done
    done
    gcdump_row gcdump-cpu-1M "${cpu[portside]}" "${cpu[peer]:-}" 0.333
    gcdump_row gcdump-wall-1M "${wall[portside]}" "${wall[peer]:-}" 0.7
    row gcdump-peak-rss "$(calc "$(status_kib "$portside_pid" VmHWM) / 1024" %.2f)" - MiB \
        "$([ -n "$peer" ] && calc "$(status_kib "$peer_pid" VmHWM) / 1024" %.2f || echo -)" peer 40
    stop_all
}

# gcdump_row NAME OURS THEIRS RATIO
gcdump_row() {
    local ours theirs reference=- goal=-
    read -r -a ours <<<"$2"
    if [ -n "$3" ]; then
        read -r -a theirs <<<"$3"
        reference=$(median "${theirs[@]}") goal=$4
    fi
    row "$1" "$(median "${ours[@]}")" "$(minimum "${ours[@]}")" s "$reference" peer "$goal" ratio
}

# --- image ---

case_image() {
    local bytes
    if ! bytes=$("$root/docker/build-image" -t localhost/portside:bench "$portside" \
        2>"$work/image.log"); then
        note "THE IMAGE IS NOT MEASURED: docker/build-image: $(tail -n 1 "$work/image.log")"
        return
    fi
    buildah rmi localhost/portside:bench >/dev/null 2>&1 || true
    bytes=${bytes#*: }
    row image "$(calc "${bytes% bytes} / 1048576" %.2f)" - MiB - - 8
}
