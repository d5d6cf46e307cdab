#include "src/base/events.h"

#define EVENT(name, level, category, id, template)                                                 \
    const struct log_event event_##name = {LOG_LEVEL_##level, category, id, template};
#include "src/base/events.def"
#undef EVENT

const struct log_event *const events_all[] = {
#define EVENT(name, ...) &event_##name,
#include "src/base/events.def"
#undef EVENT
};
const size_t events_count = sizeof events_all / sizeof events_all[0];
