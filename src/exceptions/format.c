#include "src/exceptions/format.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "src/base/clock.h"
#include "src/base/json_escape.h"
#include "src/profile/signature.h"
#include "src/profile/stack_json.h"

static const struct stack_frame *frame_at(const struct exception_view *v, size_t i)
{
    return &v->stacks->frames[v->stacks->stacks[v->stack->first + i]];
}

/* --- JSON --- */

static void add_member(struct text *out, const char *name, const char *value)
{
    text_add_fmt(out, ",\"%s\":", name);
    json_escape_add(out, value);
}

/* The id of the runtime's own activities, which is none of the formats that the peer knows. */
static void add_activity(struct text *out, const struct exception_record *r)
{
    char id[GUID_TEXT_SIZE];

    if (!guid_is_zero(&r->activity))
        text_add_fmt(out, ",\"activity\":{\"id\":\"%s\",\"idFormat\":\"Unknown\"}",
                     guid_format(&r->activity, id));
}

static void add_stack(struct text *out, const struct exception_view *v)
{
    text_add_fmt(out, ",\"stack\":{\"threadId\":%" PRIu64 ",\"threadName\":null,\"frames\":[",
                 v->record->thread);
    for (size_t i = 0; i < v->stack->depth; i++) {
        text_add_str(out, i ? "," : "");
        stack_json_add_frame(out, v->stacks, frame_at(v, i), true);
    }
    text_add_str(out, v->stack->truncated ? "],\"truncated\":true}" : "]}");
}

static void write_ndjson(struct text *out, const struct exception_view *v)
{
    const struct exception_record *r = v->record;
    char time[CLOCK_ISO_SIZE];

    text_add_fmt(out, "{\"id\":%" PRIu64 ",\"timestamp\":\"%s\"", r->id, clock_iso(r->ticks, time));
    add_member(out, "typeName", r->type);
    add_member(out, "moduleName", v->module);
    add_member(out, "message", r->message);
    add_activity(out, r);
    text_add_str(out, ",\"innerExceptions\":[]");
    add_stack(out, v);
    text_add_fmt(out, ",\"hResult\":\"0x%08" PRIX32 "\"", r->hresult);
    text_add_str(out, r->flags & EXCEPTION_HAS_INNER ? ",\"hasInnerException\":true" : "");
    text_add_str(out, r->flags & EXCEPTION_RETHROWN ? ",\"rethrown\":true" : "");
    text_add_str(out, "}\n");
}

static void write_json_seq(struct text *out, const struct exception_view *v)
{
    text_add_str(out, "\x1E");
    write_ndjson(out, v);
}

/* --- text --- */

/* .NET's round-trip format: always seven digits of a second. */
static void add_time(struct text *out, int64_t ticks)
{
    const int64_t second = 10 * 1000 * 1000;
    int64_t part = ticks % second;
    time_t seconds = (time_t)(ticks / second - (part < 0));
    struct tm tm = {0};
    char text[32];

    (void)gmtime_r(&seconds, &tm);
    text_add(out, text, strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm));
    text_add_fmt(out, ".%07" PRId64 "Z", part < 0 ? part + second : part);
}

/* Names without their namespaces: what stands between a dot and the next character that is none of
 * a name. */
static void add_simple_type(struct text *out, const char *type)
{
    while (*type) {
        size_t size = strcspn(type, "[],&*");
        const char *dot = memrchr(type, '.', size);
        const char *name = dot ? dot + 1 : type;
        text_add(out, name, size - (size_t)(name - type));
        type += size;
        size = strspn(type, "[],&*");
        text_add(out, type, size);
        type += size;
    }
}

static void add_parameters(struct text *out, const char *arguments)
{
    struct text type = {0};
    bool any = false;

    while (signature_next(&arguments, &type)) {
        text_add_str(out, any ? "," : "(");
        add_simple_type(out, type.data ? type.data : "");
        text_deinit(&type);
        any = true;
    }
    text_add_str(out, any ? ")" : "");
    text_deinit(&type);
}

static void add_frame(struct text *out, const struct thread_stacks *s, const struct stack_frame *f)
{
    const char *type = stack_text(s, f->type);

    text_add_str(out, "\n   at ");
    if (f->kind != STACK_METHOD) {
        text_add_str(out, STACK_UNKNOWN_CLASS "." STACK_UNKNOWN_FUNCTION);
        return;
    }
    text_add_fmt(out, "%s%s%s", type, type[0] ? "." : "", stack_text(s, f->method));
    add_parameters(out, stack_text(s, f->arguments));
}

static void write_plain(struct text *out, const struct exception_view *v)
{
    const struct exception_record *r = v->record;
    char id[GUID_TEXT_SIZE];

    text_add_str(out, "First chance exception at ");
    add_time(out, r->ticks);
    text_add_fmt(out, "\n%s%s", r->type, r->message[0] ? ": " : "");
    text_add_str(out, r->message);
    if (r->flags & EXCEPTION_HAS_INNER)
        text_add_str(out,
                     "\n   --- It has an inner exception, which the runtime does not tell ---");
    for (size_t i = 0; i < v->stack->depth; i++)
        add_frame(out, v->stacks, frame_at(v, i));
    if (v->stack->truncated)
        text_add_str(out, "\n   [... frames below are not told by the runtime]");
    if (!guid_is_zero(&r->activity))
        text_add_fmt(out, "\nActivity ID: %s", guid_format(&r->activity, id));
    text_add_str(out, "\n\n");
}

const struct exception_format exception_formats[EXCEPTION_FORMATS] = {
    [EXCEPTION_PLAIN] = {"PlainText", "text/plain", "exceptions.txt", write_plain},
    [EXCEPTION_NDJSON] = {"NewlineDelimitedJson", "application/x-ndjson", "exceptions.json",
                          write_ndjson},
    [EXCEPTION_JSON_SEQ] = {"JsonSequence", "application/json-seq", "exceptions.json",
                            write_json_seq},
};

const char *const exception_media_types[EXCEPTION_FORMATS + 1] = {
    "text/plain",
    "application/x-ndjson",
    "application/json-seq",
    NULL,
};
