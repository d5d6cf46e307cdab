#include "src/exceptions/names.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/profile/limits.h"
#include "src/target/inside.h"
#include "src/target/module_version.h"

enum { TYPES_MAX = 16 * 1024, TYPE_BYTES = 1024 * 1024 };

/* Where runtimes from .NET 9 on throw: managed code of their own, above the method that threw. */
#define THROW_TYPE "System.Runtime.EH"

void exception_names_deinit(struct exception_names *n)
{
    method_map_deinit(&n->methods);
    number_map_deinit(&n->nameless);
    names_deinit(&n->types);
    free(n->versions);
    free(n->known_types);
    *n = (struct exception_names){0};
}

static bool is_nameless(const struct exception_names *n, uint64_t address)
{
    return n->native || number_map_get(&n->nameless, address) != NUMBER_MAP_NONE;
}

bool exception_names_lack(struct exception_names *n, struct exception_record *r)
{
    for (size_t i = 0; !r->named && i < r->depth; i++) {
        if (!is_nameless(n, r->addresses[i]) && !method_map_find(&n->methods, r->addresses[i]))
            return true;
    }
    r->named = true;
    return false;
}

/* Type and method of one are in its name, which is the type's, a dot, the method's, arguments. */
static bool is_throw(const struct exception_names *n, const struct method *m)
{
    const char *name = names_get(&n->methods.names, m->name);

    return m->type_size == sizeof THROW_TYPE - 1 &&
           strncmp(name, THROW_TYPE, sizeof THROW_TYPE - 1) == 0;
}

/* Index of the frame that threw; `depth` when none has a name. */
static size_t top_of(struct exception_names *n, const struct exception_record *r)
{
    size_t i = 0;

    for (; i < r->depth; i++) {
        const struct method *m = method_map_find(&n->methods, r->addresses[i]);
        if (m ? !is_throw(n, m) : !is_nameless(n, r->addresses[i]))
            break;
    }
    return i;
}

/* File name of a path of Linux or Windows. */
static const char *file_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *backslash = strrchr(path, '\\');
    const char *last = slash > backslash ? slash : backslash;

    return last ? last + 1 : path;
}

static const char *module_file(struct exception_names *n, uint64_t id)
{
    const struct module *m = method_map_module(&n->methods, id);
    const char *file = m ? file_of(names_get(&n->methods.names, m->path)) : "";

    return m && !file[0] ? names_get(&n->methods.names, m->name) : file;
}

static void split(struct exception_names *n, const struct method *m, struct exception_subject *s)
{
    const char *name = names_get(&n->methods.names, m->name);
    char *text = n->frame;
    size_t dot = m->type_size ? 1 : 0;

    memcpy(text, name, m->type_size);
    text[m->type_size] = '\0';
    s->fields[EXCEPTION_FIELD_CLASS] = text;
    text += m->type_size + 1;
    memcpy(text, name + m->type_size + dot, m->method_size);
    text[m->method_size] = '\0';
    s->fields[EXCEPTION_FIELD_METHOD] = text;
}

struct exception_subject exception_names_subject(struct exception_names *n,
                                                 const struct exception_record *r)
{
    struct exception_subject s = {.fields = {[EXCEPTION_FIELD_TYPE] = r->type}};
    size_t top = top_of(n, r);

    if (top == r->depth)
        return s;
    const struct method *m = method_map_find(&n->methods, r->addresses[top]);
    s.frame = m ? EXCEPTION_FRAME : EXCEPTION_FRAME_UNKNOWN;
    if (!m)
        return s;
    split(n, m, &s);
    s.fields[EXCEPTION_FIELD_MODULE] = module_file(n, m->module);
    return s;
}

/* --- types --- */

const char *exception_type_key(const char *type, size_t *ret_size)
{
    size_t size = strcspn(type, "[");
    const char *plus = memrchr(type, '+', size);
    const char *key = plus ? plus + 1 : type;

    *ret_size = size - (size_t)(key - type);
    return key;
}

static struct exception_type *find_type(const struct exception_names *n, const char *key,
                                        size_t size)
{
    for (size_t i = 0; i < n->known_type_count; i++) {
        const char *name = names_get(&n->types, n->known_types[i].name);
        if (strncmp(name, key, size) == 0 && name[size] == '\0')
            return &n->known_types[i];
    }
    return NULL;
}

void exception_names_add_type(struct exception_names *n, const char *key, size_t size,
                              uint64_t module)
{
    struct exception_type *known = find_type(n, key, size);

    if (known) {
        known->ambiguous |= known->module != module;
        return;
    }
    if (n->known_type_count >= TYPES_MAX)
        return;
    if (n->types.limit == 0)
        names_init(&n->types, TYPE_BYTES);
    uint32_t name = names_add(&n->types, key, size);
    struct exception_type *types =
        reallocarray(n->known_types, n->known_type_count + 1, sizeof *types);
    if (types)
        n->known_types = types;
    if (types && name != NAMES_NONE)
        types[n->known_type_count++] = (struct exception_type){name, module, false};
}

const char *exception_names_module(struct exception_names *n, const char *type)
{
    size_t size;
    const char *key = exception_type_key(type, &size);
    const struct exception_type *known = find_type(n, key, size);

    return known && !known->ambiguous ? module_file(n, known->module) : "";
}

/* --- stacks --- */

bool exception_names_resolve(struct exception_names *n, struct stack_resolver *v,
                             const struct exception_record *r, size_t *used,
                             struct stack_thread *ret)
{
    struct thread_stacks *s = v->s;

    *ret = (struct stack_thread){
        .id = r->thread, .name = NAMES_NONE, .first = *used, .truncated = r->truncated};
    for (size_t i = top_of(n, r); i < r->depth; i++) {
        bool stub = !n->native && is_nameless(n, r->addresses[i]);
        if (stub && !method_map_find(&n->methods, r->addresses[i]))
            continue;
        uint32_t frame = stack_resolver_frame(v, r->addresses[i], STACK_UNKNOWN);
        if (frame == NUMBER_MAP_NONE)
            return false;
        s->unknown += s->frames[frame].kind == STACK_UNKNOWN;
        s->stacks[(*used)++] = frame;
        ret->depth++;
    }
    return true;
}

/* --- versions --- */

static const struct exception_module_version *find_version(const struct exception_names *n,
                                                           uint64_t module)
{
    for (size_t i = 0; i < n->version_count; i++) {
        if (n->versions[i].module == module)
            return &n->versions[i];
    }
    return NULL;
}

void exception_names_add_versions(const struct exception_names *n, struct thread_stacks *s)
{
    for (size_t i = 0; i < s->module_count; i++) {
        const struct exception_module_version *v = find_version(n, s->modules[i].id);
        if (v)
            s->modules[i].version = v->version;
    }
}

void exception_names_read_versions(struct exception_names *n, pid_t pid)
{
    cleanup(close_fd) int root = pid > 0 ? inside_root(pid) : -1;

    for (size_t i = 0; root >= 0 && i < n->methods.method_count; i++) {
        uint64_t id = n->methods.methods[i].module;
        const struct module *m = method_map_module(&n->methods, id);
        if (!m || find_version(n, id))
            continue;
        struct exception_module_version *versions =
            reallocarray(n->versions, n->version_count + 1, sizeof *versions);
        if (!versions)
            return;
        n->versions = versions;
        versions[n->version_count] = (struct exception_module_version){.module = id};
        (void)module_version_read(root, names_get(&n->methods.names, m->path),
                                  &versions[n->version_count++].version);
    }
}
