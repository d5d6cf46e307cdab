/*
 * fuzz/fuzz_cgroup_text.c - what the kernel writes about control groups and limits. All readers see
 * the same text.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/collect/cgroup_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct cgroup_paths paths;
    struct cgroup_pressure pressure;

    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    cgroup_paths_read(text, &paths);
    require(!paths.unified[0] || paths.unified[0] == '/');
    require(!paths.memory[0] || strstr(text, paths.memory));
    cgroup_pressure_read(text, &pressure);
    require(isnan(pressure.some10) || isfinite(pressure.some10));
    require(isnan(pressure.full60) == isnan(pressure.full10));
    (void)cgroup_amount_read(text);
    double cpu = cgroup_cpu_max_read(text);
    require(isnan(cpu) || cpu >= 0);
    (void)cgroup_value_read(text, "nr_throttled");
    (void)limits_open_files_read(text);
    free(text);
    return 0;
}
