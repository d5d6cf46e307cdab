#include "src/profile/stack_resolver.h"

#include <stdlib.h>
#include <string.h>

#include "src/profile/limits.h"

static void *grow(void *items, size_t count, size_t *capacity, size_t item_size)
{
    size_t wanted = *capacity ? *capacity * 2 : 64;

    if (count < *capacity)
        return items;
    void *bigger = reallocarray(items, wanted, item_size);
    if (bigger)
        *capacity = wanted;
    return bigger;
}

static uint32_t add_text(struct thread_stacks *s, const char *text, size_t size)
{
    return names_add(&s->names, text, size);
}

/* The file's name of a path of Linux or Windows. */
static const char *file_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *backslash = strrchr(path, '\\');
    const char *last = slash > backslash ? slash : backslash;

    return last ? last + 1 : path;
}

/* False: no memory. */
static bool module_of(struct stack_resolver *v, uint64_t id, uint32_t *ret)
{
    struct thread_stacks *s = v->s;
    const struct module *m = method_map_module(v->methods, id);

    *ret = m ? number_map_get(&v->by_module, id) : STACK_NO_MODULE;
    if (!m || *ret != NUMBER_MAP_NONE)
        return true;
    struct stack_module *modules =
        grow(s->modules, s->module_count, &s->module_capacity, sizeof *modules);
    if (!modules)
        return false;
    s->modules = modules;
    const char *path = names_get(&v->methods->names, m->path), *file = file_of(path);
    const char *name = names_get(&v->methods->names, m->name);
    file = file[0] ? file : name;
    struct stack_module added = {
        .id = id, .file = add_text(s, file, strlen(file)), .path = add_text(s, path, strlen(path))};
    *ret = (uint32_t)s->module_count;
    modules[s->module_count++] = added;
    return added.file != NAMES_NONE && added.path != NAMES_NONE &&
           number_map_set(&v->by_module, id, *ret);
}

static uint32_t add_frame(struct thread_stacks *s, const struct stack_frame *frame)
{
    struct stack_frame *frames =
        grow(s->frames, s->frame_count, &s->frame_capacity, sizeof *frames);

    if (!frames)
        return NUMBER_MAP_NONE;
    s->frames = frames;
    frames[s->frame_count] = *frame;
    return (uint32_t)s->frame_count++;
}

/* A frame without a method, of which one is enough. */
static uint32_t nameless_frame(struct stack_resolver *v, enum stack_frame_kind kind)
{
    uint32_t *known = kind == STACK_NATIVE ? &v->native : &v->unknown;
    uint32_t nothing = add_text(v->s, "", 0);
    struct stack_frame frame = {.kind = kind,
                                .type = nothing,
                                .method = nothing,
                                .arguments = nothing,
                                .module = STACK_NO_MODULE};

    if (*known == NUMBER_MAP_NONE && nothing != NAMES_NONE)
        *known = add_frame(v->s, &frame);
    return *known;
}

static uint32_t method_frame(struct stack_resolver *v, const struct method *m)
{
    const char *name = names_get(&v->methods->names, m->name);
    const char *method = name + m->type_size + (m->type_size ? 1 : 0);
    const char *arguments = method + m->method_size;
    /* Methods of one name in two modules are two. */
    uint64_t key = (uint64_t)m->name << 32 ^ m->module * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t number = number_map_get(&v->by_method, key);

    if (number != NUMBER_MAP_NONE)
        return number;
    struct stack_frame frame = {.kind = STACK_METHOD,
                                .type = add_text(v->s, name, m->type_size),
                                .method = add_text(v->s, method, m->method_size),
                                .arguments = add_text(v->s, arguments, strlen(arguments)),
                                .token = m->token};
    if (frame.type == NAMES_NONE || frame.method == NAMES_NONE || frame.arguments == NAMES_NONE ||
        !module_of(v, m->module, &frame.module))
        return NUMBER_MAP_NONE;
    number = add_frame(v->s, &frame);
    return number != NUMBER_MAP_NONE && number_map_set(&v->by_method, key, number)
               ? number
               : NUMBER_MAP_NONE;
}

void stack_resolver_init(struct stack_resolver *v, struct method_map *methods,
                         struct thread_stacks *s)
{
    *v = (struct stack_resolver){
        .methods = methods, .s = s, .native = NUMBER_MAP_NONE, .unknown = NUMBER_MAP_NONE};
    if (s->names.limit == 0)
        names_init(&s->names, PROFILE_METHOD_BYTES);
}

void stack_resolver_deinit(struct stack_resolver *v)
{
    number_map_deinit(&v->by_method);
    number_map_deinit(&v->by_module);
}

uint32_t stack_resolver_frame(struct stack_resolver *v, uint64_t address,
                              enum stack_frame_kind nameless)
{
    const struct method *m = method_map_find(v->methods, address);

    return m ? method_frame(v, m) : nameless_frame(v, nameless);
}
