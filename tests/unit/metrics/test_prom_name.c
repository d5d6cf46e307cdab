#include "src/metrics/prom_name.h"
#include "tests/support/check.h"

static const struct {
    enum measurement_kind kind;
    const char *provider, *name, *unit, *compat;
    double compat_scale;
    const char *otel;
    double otel_scale;
} rows[] = {
#define MEAN MEASUREMENT_MEAN
#define INCREMENT MEASUREMENT_INCREMENT
#define GAUGE MEASUREMENT_GAUGE
#define COUNTER MEASUREMENT_COUNTER
#define HISTOGRAM MEASUREMENT_HISTOGRAM
    /* clang-format off */
    {MEAN, "System.Runtime", "cpu-usage", "%", "systemruntime_cpu_usage_ratio", 1, "system_runtime_cpu_usage_ratio", 0.01},
    {MEAN, "System.Runtime", "working-set", "MB", "systemruntime_working_set_bytes", 1e6, "system_runtime_working_set_bytes", 1e6},
    {INCREMENT, "System.Runtime", "gen-0-gc-count", "count", "systemruntime_gen_0_gc_count", 1, "system_runtime_gen_0_gc", 1},
    {MEAN, "System.Runtime", "threadpool-thread-count", "", "systemruntime_threadpool_thread_count", 1, "system_runtime_threadpool_thread", 1},
    {MEAN, "System.Runtime", "il-bytes-jitted", "B", "systemruntime_il_bytes_jitted_bytes", 1, "system_runtime_il_bytes_jitted", 1},
    {INCREMENT, "System.Runtime", "time-in-jit", "ms", "systemruntime_time_in_jit_ms", 1, "system_runtime_time_in_jit_seconds", 1e-3},
    {MEAN, "Microsoft.AspNetCore.Hosting", "total-requests", "", "microsoftaspnetcorehosting_total_requests", 1, "microsoft_aspnetcore_hosting_total_requests", 1},
    {MEAN, "Test-Provider", "Test-Metric", "b", "testprovider_Test_Metric_bytes", 1, "test_provider_Test_Metric_b", 1},
    {MEAN, "Test-Provider", "Test-Metric", "mb", "testprovider_Test_Metric_bytes", 1e6, "test_provider_Test_Metric_mb", 1},
    {MEAN, "!@#", "#@#", "B", "______bytes", 1, "__bytes", 1},
    {MEAN, "Asp-Net-Provider", "Requests!Received", "0$customs", "aspnetprovider_Requests_Received___customs", 1, "asp_net_provider_Requests_Received_0_customs", 1},
    {MEAN, "a", "b", NULL, "a_b", 1, "a_b", 1},
    {MEAN, "Unicode\xCE\xAC\xCE\xAE\xCE\xB0Letter", "Unicode\xE0\xBE\xBF" "Digit", NULL, "unicodeletter_Unicode_Digit", 1, "unicode_letter_Unicode_Digit", 1},
    {MEAN, "p", "a\xF0\x9F\x98\x80z", NULL, "p_a__z", 1, "p_a_z", 1},
    {MEAN, "1abc", "2x", NULL, "abc__x", 1, "_1abc_2x", 1},
    {MEAN, "-1abc", "x", NULL, "_1abc_x", 1, "_1abc_x", 1}, /* the peer's begins with the 1 */
    {MEAN, "1", "", "", "__", 1, "_1", 1},
    {GAUGE, "SampleAppMeter", "sample.ogauge", "1", "sampleappmeter_sample_ogauge__", 1, "sample_ogauge_ratio", 1},
    {COUNTER, "SampleAppMeter", "sample.hits", "{hit}", "sampleappmeter_sample_hits__hit_", 1, "sample_hits", 1},
    {COUNTER, "m", "a.b", "1", "m_a_b__", 1, "a_b", 1},
    {COUNTER, "System.Runtime", "dotnet.gc.collections", "{collection}", "systemruntime_dotnet_gc_collections__collection_", 1, "dotnet_gc_collections", 1},
    {COUNTER, "System.Runtime", "dotnet.process.cpu.time", "s", "systemruntime_dotnet_process_cpu_time_s", 1, "dotnet_process_cpu_time_seconds", 1},
    {GAUGE, "System.Runtime", "dotnet.process.memory.working_set", "By", "systemruntime_dotnet_process_memory_working_set_By", 1, "dotnet_process_memory_working_set_bytes", 1},
    {HISTOGRAM, "Microsoft.AspNetCore.Hosting", "http.server.request.duration", "s", "microsoftaspnetcorehosting_http_server_request_duration_s", 1, "http_server_request_duration_seconds", 1},
    {HISTOGRAM, "m", "d", "ms", "m_d_ms", 1, "d_seconds", 1e-3},
    {GAUGE, "m", "io", "By/s", "m_io_By_s", 1, "io_bytes_per_second", 1},
    {GAUGE, "m", "io", "{request}/s", "m_io__request__s", 1, "io_per_second", 1},
    {COUNTER, "m", "requests_total", NULL, "m_requests_total", 1, "requests", 1},
    {GAUGE, "m", "queue.length", "widgets!", "m_queue_length_widgets_", 1, "queue_length_widgets", 1},
    {GAUGE, "m", "x.seconds", "s", "m_x_seconds_s", 1, "x_seconds", 1},
    {GAUGE, "m", "{", "{", "m____", 1, "_", 1},
    {GAUGE, "m", "_a__b_", "/", "m__a__b___", 1, "a_b", 1},
    /* clang-format on */
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct metric_instrument in = {.kind = rows[i].kind,
                                       .is_meter = rows[i].kind >= MEASUREMENT_GAUGE,
                                       .provider = rows[i].provider,
                                       .name = rows[i].name,
                                       .unit = (char *)(uintptr_t)rows[i].unit};
        struct text compat = {0}, otel = {0};
        CHECK_AT(rows[i].compat, prom_name_compat(&compat, &in) == rows[i].compat_scale);
        CHECK_AT(compat.data, strcmp(compat.data, rows[i].compat) == 0);
        CHECK_AT(rows[i].otel, prom_name_otel(&otel, &in) == rows[i].otel_scale);
        CHECK_AT(otel.data, strcmp(otel.data, rows[i].otel) == 0);
        text_deinit(&compat);
        text_deinit(&otel);
    }
}

TEST_SUITE("metrics/prom_name", {"rows", test_rows})
