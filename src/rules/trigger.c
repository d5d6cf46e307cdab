#include "src/rules/trigger.h"

#include "src/base/text.h"
#include "src/rules/counter_trigger.h"
#include "src/rules/request_trigger.h"

/* clang-format off */
#define REQUESTS(name_, read_)                                                                     \
    {.name = name_, .read = read_, .free_settings = request_trigger_free_settings,                 \
     .start = request_trigger_start, .stop = request_trigger_stop}
#define COUNTER(name_, read_)                                                                      \
    {.name = name_, .read = read_, .free_settings = counter_trigger_free_settings,                 \
     .start = counter_trigger_start, .stop = counter_trigger_stop}

static const struct trigger_type types[] = {
    {.name = "Startup", .is_startup = true},
    REQUESTS("AspNetRequestCount", request_trigger_read_count),
    REQUESTS("AspNetRequestDuration", request_trigger_read_duration),
    REQUESTS("AspNetResponseStatus", request_trigger_read_status),
    COUNTER("EventCounter", counter_trigger_read_counter),
    COUNTER("EventMeter", counter_trigger_read_meter),
    COUNTER("CPUUsage", counter_trigger_read_cpu),
    COUNTER("GCHeapSize", counter_trigger_read_heap),
    COUNTER("ThreadpoolQueueLength", counter_trigger_read_queue),
};

/* clang-format on */

const struct trigger_type *trigger_type_find(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (text_equal_nocase(types[i].name, name))
            return &types[i];
    }
    return NULL;
}
