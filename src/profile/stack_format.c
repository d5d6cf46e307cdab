#include "src/profile/stack_format.h"

#include "portside_version.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "src/base/json_escape.h"
#include "src/base/text.h"
#include "src/profile/stack_json.h"
#include "src/profile/stack_merge.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

static const struct stack_frame *frame_at(const struct thread_stacks *s,
                                          const struct stack_thread *t, size_t i)
{
    return &s->frames[s->stacks[t->first + i]];
}

/* "Module!Type.Method" */
static void add_frame_name(struct text *out, const struct thread_stacks *s,
                           const struct stack_frame *f)
{
    const char *type = stack_text(s, f->type);

    if (f->kind == STACK_NATIVE)
        text_add_str(out, STACK_NATIVE_FRAME);
    else if (f->kind == STACK_UNKNOWN)
        text_add_str(out, STACK_UNKNOWN_FUNCTION);
    else
        text_add_fmt(out, "%s!%s%s%s", stack_module_name(s, f), type, type[0] ? "." : "",
                     stack_text(s, f->method));
}

static void add_thread_name(struct text *out, const struct thread_stacks *s,
                            const struct stack_thread *t)
{
    const char *name = stack_text(s, t->name);

    text_add_fmt(out, "(0x%" PRIX64 ")%s%s", t->id, name[0] ? " " : "", name);
}

static void empty(struct text *t)
{
    t->size = 0;
    if (t->data)
        t->data[0] = '\0';
}

/* Hands a text on and empties it. */
static void put(struct output *o, struct text *t)
{
    if (t->failed && o->error == 0)
        o->error = -ENOMEM;
    if (t->data)
        output_put(o, t->data, t->size);
    empty(t);
}

/* --- text --- */

static void put_frames(const struct thread_stacks *s, const struct stack_thread *t,
                       struct text *line, struct output *o)
{
    for (size_t i = 0; i < t->depth; i++) {
        text_add_str(line, "  ");
        add_frame_name(line, s, frame_at(s, t, i));
        text_add_str(line, "\n");
        put(o, line);
    }
    if (t->truncated)
        output_str(o, "  [... frames below are not told by the runtime]\n");
    output_str(o, "\n");
}

static void put_missing(const struct thread_stacks *s, struct output *o)
{
    char missing[200];

    if (!thread_stacks_complete(s))
        output_fmt(o, "# Incomplete: %s\n", thread_stacks_missing(s, missing, sizeof missing));
}

static void write_text(const struct thread_stacks *s, struct output *o)
{
    struct text line = {0};

    output_str(o, BYTE_ORDER_MARK);
    for (size_t i = 0; i < s->thread_count; i++) {
        text_add_str(&line, "Thread: ");
        add_thread_name(&line, s, &s->threads[i]);
        text_add_str(&line, "\n");
        put(o, &line);
        put_frames(s, &s->threads[i], &line, o);
    }
    put_missing(s, o);
    text_deinit(&line);
}

/* --- merged: our own --- */

enum { NAMES_SHOWN = 16 };

static void add_group(struct text *line, const struct thread_stacks *s,
                      const struct stack_group *group, const uint32_t *order)
{
    text_add_fmt(line, "%zu thread%s:", group->count, group->count == 1 ? "" : "s");
    for (size_t i = 0; i < group->count && i < NAMES_SHOWN; i++) {
        text_add_str(line, i ? ", " : " ");
        add_thread_name(line, s, &s->threads[order[group->first + i]]);
    }
    if (group->count > NAMES_SHOWN)
        text_add_fmt(line, ", and %zu more", group->count - NAMES_SHOWN);
    text_add_str(line, "\n");
}

static void write_merged(const struct thread_stacks *s, struct output *o)
{
    struct stack_merge merge;
    struct text line = {0};

    if (!stack_merge_init(&merge, s)) {
        o->error = -ENOMEM;
        return;
    }
    output_fmt(o, "%zu thread%s, %zu different stack%s\n\n", s->thread_count,
               s->thread_count == 1 ? "" : "s", merge.count, merge.count == 1 ? "" : "s");
    for (size_t i = 0; i < merge.count; i++) {
        const struct stack_group *group = &merge.groups[i];
        add_group(&line, s, group, merge.order);
        put(o, &line);
        put_frames(s, &s->threads[merge.order[group->first]], &line, o);
    }
    put_missing(s, o);
    stack_merge_deinit(&merge);
    text_deinit(&line);
}

/* --- JSON --- */

static void add_member(struct text *out, const char *name, const char *value)
{
    text_add_fmt(out, "\"%s\":", name);
    json_escape_add(out, value);
    text_add_str(out, ",");
}

static void write_json(const struct thread_stacks *s, struct output *o)
{
    char missing[200];
    struct text line = {0};

    output_str(o, "{\"stacks\":[");
    for (size_t i = 0; i < s->thread_count; i++) {
        const struct stack_thread *t = &s->threads[i];
        text_add_fmt(&line, "%s{\"threadId\":%" PRIu64 ",", i ? "," : "", t->id);
        add_member(&line, "threadName", stack_text(s, t->name));
        text_add_str(&line, "\"frames\":[");
        for (size_t k = 0; k < t->depth; k++) {
            if (k)
                text_add_str(&line, ",");
            stack_json_add_frame(&line, s, frame_at(s, t, k), false);
            put(o, &line);
        }
        text_add_str(&line, t->truncated ? "],\"truncated\":true}" : "]}");
        put(o, &line);
    }
    text_add_str(&line, "]");
    if (!thread_stacks_complete(s)) {
        text_add_str(&line, ",\"incomplete\":");
        json_escape_add(&line, thread_stacks_missing(s, missing, sizeof missing));
    }
    text_add_str(&line, "}");
    put(o, &line);
    text_deinit(&line);
}

/* --- speedscope: leaf first, as dotnet-monitor has it --- */

/* Frames 0 and 1 are there in any case. */
static uint64_t shared_number(const struct thread_stacks *s, const struct stack_thread *t, size_t i)
{
    const struct stack_frame *f = frame_at(s, t, i);

    if (f->kind != STACK_METHOD)
        return f->kind == STACK_NATIVE ? 0 : 1;
    return (uint64_t)s->stacks[t->first + i] + 2;
}

static void put_event(struct output *o, bool *first, char type, uint64_t frame, int at)
{
    output_fmt(o, "%s{\"type\":\"%c\",\"frame\":%" PRIu64 ",\"at\":%d}", *first ? "" : ",", type,
               frame, at);
    *first = false;
}

static void put_profile(const struct thread_stacks *s, const struct stack_thread *t,
                        struct text *line, struct output *o)
{
    struct text name = {0};
    bool first = true;

    text_add_str(&name, "Thread: ");
    add_thread_name(&name, s, t);
    text_add_str(line, "{\"type\":\"evented\",\"name\":");
    json_escape_add(line, name.data ? name.data : "");
    text_add_str(line, ",\"unit\":\"none\",\"startValue\":0,\"endValue\":1,\"events\":[");
    put(o, line);
    for (size_t i = 0; i < t->depth; i++)
        put_event(o, &first, 'O', shared_number(s, t, i), 0);
    for (size_t i = t->depth; i > 0; i--)
        put_event(o, &first, 'C', shared_number(s, t, i - 1), 1);
    output_str(o, "]}");
    text_deinit(&name);
}

static void write_stack_speedscope(const struct thread_stacks *s, struct output *o)
{
    struct text line = {0}, name = {0};

    output_str(o, "{\"exporter\":\"portside@" PORTSIDE_VERSION "\",\"name\":\"speedscope.json\","
                  "\"activeProfileIndex\":0,\"$schema\":"
                  "\"https://www.speedscope.app/file-format-schema.json\",\"profiles\":[");
    for (size_t i = 0; i < s->thread_count; i++) {
        output_str(o, i ? "," : "");
        put_profile(s, &s->threads[i], &line, o);
    }
    output_str(o, "],\"shared\":{\"frames\":[{\"name\":\"" STACK_NATIVE_FRAME
                  "\"},{\"name\":\"" STACK_UNKNOWN_CLASS "\"}");
    for (size_t i = 0; i < s->frame_count; i++) {
        add_frame_name(&name, s, &s->frames[i]);
        text_add_str(&line, ",{\"name\":");
        json_escape_add(&line, name.data ? name.data : "");
        text_add_str(&line, "}");
        empty(&name);
        put(o, &line);
    }
    output_str(o, "]}}");
    text_deinit(&line);
    text_deinit(&name);
}

const struct stack_format stack_formats[] = {
    [STACK_FORMAT_TEXT] = {"text", "text/plain", "stacks.txt", write_text},
    [STACK_FORMAT_JSON] = {"json", "application/json", "stacks.json", write_json},
    [STACK_FORMAT_SPEEDSCOPE] = {"speedscope", "application/speedscope+json", "stacks.json",
                                 write_stack_speedscope},
    [STACK_FORMAT_MERGED] = {"merged", "text/plain; charset=utf-8", "stacks.merged.txt",
                             write_merged},
    {0},
};

const struct stack_format *stack_format_find(const char *name)
{
    for (const struct stack_format *f = stack_formats; f->name; f++) {
        if (text_equal_nocase(f->name, name))
            return f;
    }
    return NULL;
}
