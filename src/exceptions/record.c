#include "src/exceptions/record.h"

#include <stdlib.h>

#include "proto/wire/utf16.h"
#include "src/profile/limits.h"
#include "src/profile/thread_stacks.h"

/* 1601-01-01 to 1970-01-01 in 100 ns units. */
#define FILE_TIME_OF_1970 INT64_C(116444736000000000)

static uint64_t thread_of(const struct nettrace_event *e)
{
    const struct nettrace_thread *info = e->thread_info;

    return info && info->thread_id != NETTRACE_UNKNOWN_ID ? info->thread_id : e->thread;
}

/* With its NUL. */
static size_t utf8_size(const struct exception_text *text)
{
    return utf16_to_utf8(text->units, text->count, NULL, 0) + 1;
}

static void fill(struct exception_record *r, const struct nettrace *stream,
                 const struct nettrace_event *e, const struct exception_payload *p)
{
    uint64_t time = nettrace_trace_file_time(nettrace_trace(stream), e->timestamp);

    r->refs = 1;
    list_init(&r->link);
    r->ticks = (int64_t)time - FILE_TIME_OF_1970;
    r->thread = thread_of(e);
    r->activity = e->activity;
    r->hresult = p->hresult;
    r->flags = p->flags;
}

struct exception_record *exception_record_new(const struct nettrace *stream,
                                              const struct nettrace_event *event)
{
    struct nettrace_stack stack = {0};
    struct exception_payload p;

    if (!exception_payload_decode(event->payload, event->payload_size,
                                  nettrace_trace(stream)->pointer_size, &p))
        return NULL;
    (void)nettrace_stack_find(stream, event->stack_id, &stack);
    size_t depth = stack.count < PROFILE_STACK_DEPTH ? stack.count : PROFILE_STACK_DEPTH;
    size_t head = sizeof(struct exception_record) + depth * sizeof(uint64_t);
    size_t type_size = utf8_size(&p.type), message_size = utf8_size(&p.message);
    struct exception_record *r = malloc(head + type_size + message_size);
    if (!r)
        return NULL;
    *r = (struct exception_record){0};
    fill(r, stream, event, &p);
    uint64_t *addresses = (uint64_t *)(r + 1);
    for (size_t i = 0; i < depth; i++)
        addresses[i] = nettrace_stack_address(&stack, i);
    r->addresses = addresses;
    r->depth = depth;
    r->truncated = stack.count >= STACK_RUNTIME_DEPTH;
    char *type = (char *)r + head, *message = type + type_size;
    (void)utf16_to_utf8(p.type.units, p.type.count, type, type_size);
    (void)utf16_to_utf8(p.message.units, p.message.count, message, message_size);
    r->type = type;
    r->message = message;
    r->size = head + type_size + message_size;
    return r;
}

struct exception_record *exception_record_ref(struct exception_record *r)
{
    r->refs++;
    return r;
}

void exception_record_unref(struct exception_record *r)
{
    if (r && --r->refs == 0)
        free(r);
}
