#include "src/exceptions/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"

enum match { NO, YES, MAYBE };

int exception_filter_list_add(struct exception_filter_list *list,
                              const char *const fields[static EXCEPTION_FIELDS], struct error *err)
{
    if (list->count >= LIMIT_EXCEPTION_FILTERS)
        return error_set(err, -E2BIG, "More than %d filters of exceptions.",
                         LIMIT_EXCEPTION_FILTERS);
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 8;
        struct exception_filter *items = reallocarray(list->items, capacity, sizeof *items);
        if (!items)
            return error_set(err, -ENOMEM, "filters of exceptions");
        list->items = items;
        list->capacity = capacity;
    }
    struct exception_filter *f = &list->items[list->count++];
    *f = (struct exception_filter){0};
    for (int i = 0; i < EXCEPTION_FIELDS; i++) {
        if (!fields[i] || !fields[i][0])
            continue;
        f->fields[i] = strdup(fields[i]);
        if (!f->fields[i])
            return error_set(err, -ENOMEM, "filters of exceptions");
    }
    return 0;
}

static void list_deinit(struct exception_filter_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        for (int k = 0; k < EXCEPTION_FIELDS; k++)
            free(list->items[i].fields[k]);
    }
    free(list->items);
    *list = (struct exception_filter_list){0};
}

void exception_filters_deinit(struct exception_filters *f)
{
    list_deinit(&f->include);
    list_deinit(&f->exclude);
}

/* Events tell a nested type without the types around it. */
static bool is_type(const char *wanted, const char *told)
{
    const char *plus = strrchr(wanted, '+');

    return strcmp(wanted, told) == 0 || (plus && strcmp(plus + 1, told) == 0);
}

/* Events tell a generic type with its arguments, as far as they know them. */
static bool is_class(const char *wanted, const char *told)
{
    size_t size = strcspn(told, "[");

    return strcmp(wanted, told) == 0 ||
           (strlen(wanted) == size && strncmp(wanted, told, size) == 0);
}

static bool is_same(const char *wanted, const char *told)
{
    return strcmp(wanted, told) == 0;
}

static bool (*const comparisons[EXCEPTION_FIELDS])(const char *wanted, const char *told) = {
    [EXCEPTION_FIELD_TYPE] = is_type,
    [EXCEPTION_FIELD_MODULE] = is_same,
    [EXCEPTION_FIELD_CLASS] = is_class,
    [EXCEPTION_FIELD_METHOD] = is_same,
};

/* Of a filter whose fields are all passed over: `empty`. */
static enum match match_one(const struct exception_filter *f, const struct exception_subject *s,
                            enum match empty)
{
    enum match found = empty;

    for (int i = 0; i < EXCEPTION_FIELDS; i++) {
        bool of_frame = i != EXCEPTION_FIELD_TYPE;
        if (!f->fields[i] || (of_frame && s->frame == EXCEPTION_NO_FRAME))
            continue;
        if (of_frame && s->frame == EXCEPTION_FRAME_UNKNOWN)
            found = MAYBE;
        else if (!comparisons[i](f->fields[i], s->fields[i]))
            return NO;
        else if (found != MAYBE)
            found = YES;
    }
    return found;
}

static enum match match_any(const struct exception_filter_list *list,
                            const struct exception_subject *s, enum match empty)
{
    enum match found = NO;

    for (size_t i = 0; i < list->count; i++) {
        enum match one = match_one(&list->items[i], s, empty);
        if (one == YES)
            return YES;
        if (one == MAYBE)
            found = MAYBE;
    }
    return found;
}

/* As the peer: a filter that says nothing includes all and excludes nothing. */
enum exception_verdict exception_filters_judge(const struct exception_filters *f,
                                               const struct exception_subject *s)
{
    enum match out = match_any(&f->exclude, s, NO);
    enum match in = f->include.count ? match_any(&f->include, s, YES) : YES;

    if (out == YES || in == NO)
        return EXCEPTION_DROPPED;
    return out == MAYBE || in == MAYBE ? EXCEPTION_UNDECIDED : EXCEPTION_KEPT;
}
