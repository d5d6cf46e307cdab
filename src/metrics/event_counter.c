#include "src/metrics/event_counter.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "src/base/text.h"

#define NOT_TOLD ((double)NAN)

enum { DEPTH = 2 }; /* objects around the one with the values */

enum member {
    NAME,
    DISPLAY_NAME,
    UNITS,
    METADATA,
    SERIES,
    TYPE,
    MEAN,
    INCREMENT,
    INTERVAL,
    MEMBERS
};

static const char *const member_names[MEMBERS] = {
    [NAME] = "Name",
    [DISPLAY_NAME] = "DisplayName",
    [UNITS] = "DisplayUnits",
    [METADATA] = "Metadata",
    [SERIES] = "Series",
    [TYPE] = "CounterType",
    [MEAN] = "Mean",
    [INCREMENT] = "Increment",
    [INTERVAL] = "IntervalSec",
};

/* What was found: texts for the first six, numbers for the others. */
struct members {
    const char *text[MEMBERS];
    double number[MEMBERS];
};

static enum member member_of(const char *name)
{
    enum member m = 0;

    while (m < MEMBERS && strcmp(member_names[m], name) != 0)
        m++;
    return m;
}

static void read_member(struct members *all, enum member m, const struct nettrace_value *value,
                        struct scratch *scratch)
{
    uint8_t code = value->type->code;

    if (m < MEAN)
        all->text[m] = scratch_text(scratch, value);
    else if (code == NETTRACE_DOUBLE || code == NETTRACE_SINGLE)
        all->number[m] = value->f;
}

/* Down to the object `Payload`, then all of its members. */
static void read_object(struct nettrace_reader *r, struct members *all, struct scratch *scratch,
                        unsigned depth)
{
    const struct nettrace_field *field;
    struct nettrace_value value;

    while ((field = nettrace_read_next(r, &value)) != NULL) {
        enum member m = member_of(field->name);
        if (m < MEMBERS) {
            read_member(all, m, &value, scratch);
        } else if (value.type->code == NETTRACE_OBJECT && depth > 0) {
            struct nettrace_reader inside = nettrace_read_inside(r, &value);
            read_object(&inside, all, scratch, depth - 1);
        }
    }
}

static int64_t interval_of(const char *series)
{
    static const char prefix[] = "Interval=";
    int64_t ms;

    if (strncasecmp(series, prefix, sizeof prefix - 1) != 0 ||
        !text_to_i64(series + sizeof prefix - 1, 0, INT32_MAX, &ms))
        return 0;
    return ms;
}

bool event_counter_read(const struct nettrace_event *event, struct scratch *scratch,
                        struct event_counter *ret)
{
    struct nettrace_reader r = nettrace_read_event(event);
    struct members all = {.number = {[MEAN] = NOT_TOLD, [INCREMENT] = NOT_TOLD}};

    if (strcmp(event->metadata->name, "EventCounters") != 0 || !scratch_begin(scratch, event))
        return false;
    for (size_t i = 0; i < MEAN; i++)
        all.text[i] = "";
    read_object(&r, &all, scratch, DEPTH);
    bool is_sum = strcmp(all.text[TYPE], "Sum") == 0;
    if (!all.text[NAME][0] || (!is_sum && strcmp(all.text[TYPE], "Mean") != 0))
        return false;
    *ret = (struct event_counter){
        .name = all.text[NAME],
        .display_name = all.text[DISPLAY_NAME],
        .display_units = all.text[UNITS],
        .metadata = all.text[METADATA],
        .value = all.number[is_sum ? INCREMENT : MEAN],
        .interval = all.number[INTERVAL],
        .series_ms = interval_of(all.text[SERIES]),
        .is_sum = is_sum,
    };
    return true;
}
