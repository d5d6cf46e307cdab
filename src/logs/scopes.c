#include "src/logs/scopes.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/base/hash.h"
#include "src/base/limits.h"
#include "src/base/list.h"
#include "src/logs/values.h"

enum { BUCKETS = 16384 };

struct scope {
    struct list age;      /* the oldest first */
    struct scope *next;   /* in its bucket */
    struct scope *parent; /* counted in its `inside` */
    struct list children; /* their `sibling`s */
    struct list sibling;
    struct guid activity;
    bool listed;     /* in its bucket: open */
    unsigned opened; /* times */
    size_t size;
    struct log_values values;
};

struct log_scopes {
    struct list age;
    size_t count, bytes;
    struct log_values other; /* while one is opened again */
    struct scope *buckets[BUCKETS];
};

struct log_scopes *log_scopes_new(void)
{
    struct log_scopes *s = calloc(1, sizeof *s);

    if (s)
        list_init(&s->age);
    return s;
}

static struct scope **bucket_of(struct log_scopes *s, const struct guid *activity)
{
    return &s->buckets[hash_bytes(activity->bytes, sizeof activity->bytes) % BUCKETS];
}

static struct scope *find(struct log_scopes *s, const struct guid *activity)
{
    struct scope *scope = *bucket_of(s, activity);

    while (scope && !guid_equal(&scope->activity, activity))
        scope = scope->next;
    return scope;
}

static void unlist(struct log_scopes *s, struct scope *scope)
{
    struct scope **at = bucket_of(s, &scope->activity);

    if (!scope->listed)
        return;
    while (*at != scope)
        at = &(*at)->next;
    *at = scope->next;
    scope->listed = false;
}

static void forget(struct log_scopes *s, struct scope *scope)
{
    unlist(s, scope);
    list_each(child, &scope->children, struct scope, sibling)
    {
        child->parent = NULL;
        list_remove(&child->sibling);
    }
    list_remove(&scope->sibling);
    list_remove(&scope->age);
    s->count--;
    s->bytes -= scope->size;
    log_values_deinit(&scope->values);
    free(scope);
}

/* A closed scope without any inside goes, and so may those around it. */
static void close_scope(struct log_scopes *s, struct scope *scope)
{
    unlist(s, scope);
    while (scope && !scope->listed && list_empty(&scope->children)) {
        struct scope *parent = scope->parent;
        forget(s, scope);
        scope = parent;
    }
}

static void forget_oldest(struct log_scopes *s)
{
    while (s->count > LIMIT_LOGS_SCOPES || s->bytes > LIMIT_LOGS_SCOPE_BYTES)
        forget(s, container_of(s->age.next, struct scope, age));
}

void log_scopes_free(struct log_scopes *s)
{
    if (!s)
        return;
    while (!list_empty(&s->age))
        forget(s, container_of(s->age.next, struct scope, age));
    log_values_deinit(&s->other);
    free(s);
}

static size_t size_of(const struct scope *scope)
{
    return sizeof *scope + scope->values.room +
           scope->values.capacity * sizeof(struct app_log_pair);
}

static bool has_pair(const struct log_values *v, const struct app_log_pair *pair)
{
    for (size_t i = 0; i < v->count; i++) {
        const struct app_log_pair *p = &v->pairs[i];
        if (p->kind == pair->kind && strcmp(p->key, pair->key) == 0 &&
            strcmp(p->text ? p->text : "", pair->text ? pair->text : "") == 0)
            return true;
    }
    return false;
}

/* What all scopes of one id say is right for any of them. */
static void open_again(struct log_scopes *s, struct scope *scope, char *arguments)
{
    struct log_values *v = &scope->values;
    size_t count = v->count;

    (void)log_values_read(&s->other, arguments);
    v->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (has_pair(&s->other, &v->pairs[i]))
            v->pairs[v->count++] = v->pairs[i];
    }
    scope->opened++;
}

void log_scopes_open(struct log_scopes *s, const struct guid *activity, const struct guid *related,
                     char *arguments)
{
    if (guid_is_zero(activity))
        return;
    struct scope *parent = find(s, related), *same = find(s, activity);
    if (same && same != parent && same->parent == parent) {
        open_again(s, same, arguments);
        return;
    }
    struct scope *scope = calloc(1, sizeof *scope);
    if (!scope)
        return;
    scope->opened = 1;
    list_init(&scope->age);
    list_init(&scope->children);
    list_init(&scope->sibling);
    scope->activity = *activity;
    scope->parent = parent;
    if (parent)
        list_append(&parent->children, &scope->sibling);
    (void)log_values_read(&scope->values, arguments); /* what could be read */
    if (same)
        close_scope(s, same);
    scope->next = *bucket_of(s, activity);
    *bucket_of(s, activity) = scope;
    scope->listed = true;
    scope->size = size_of(scope);
    s->count++;
    s->bytes += scope->size;
    list_append(&s->age, &scope->age);
    forget_oldest(s);
}

void log_scopes_close(struct log_scopes *s, const struct guid *activity)
{
    struct scope *scope = find(s, activity);

    if (scope && --scope->opened == 0)
        close_scope(s, scope);
}

size_t log_scopes_around(struct log_scopes *s, const struct guid *activity,
                         const struct guid *related, struct app_log_scope *ret, size_t capacity)
{
    const struct scope *innermost = find(s, activity);
    size_t count = 0, bytes = 0;

    if (!innermost)
        innermost = find(s, related);
    for (const struct scope *at = innermost; at && count < capacity; at = at->parent, count++) {
        bytes += at->values.room;
        if (bytes > LIMIT_LOGS_AROUND)
            break;
    }
    size_t left = count;
    for (const struct scope *at = innermost; left; at = at->parent)
        ret[--left] = (struct app_log_scope){at->values.pairs, at->values.count};
    return count;
}

size_t log_scopes_count(const struct log_scopes *s)
{
    return s->count;
}
