#include "src/profile/method_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/cursor.h"
#include "proto/wire/utf16.h"
#include "src/profile/limits.h"

enum {
    PART_MAX_SIZE = PROFILE_NAME / 2, /* of namespace, name, signature */
    LOOK_BACK = 16,                   /* ranges that may lie inside an older one */
};

void method_map_deinit(struct method_map *map)
{
    names_deinit(&map->names);
    free(map->methods);
    free(map->modules);
    *map = (struct method_map){0};
}

static void *grow(void *items, size_t count, size_t *capacity, size_t item_size)
{
    size_t wanted = *capacity ? *capacity * 2 : 256;

    if (count < *capacity)
        return items;
    if (count >= PROFILE_METHODS)
        return NULL;
    void *bigger = reallocarray(items, wanted, item_size);
    if (bigger)
        *capacity = wanted;
    return bigger;
}

static uint32_t add_name(struct method_map *map, const char *text, size_t size)
{
    if (map->names.limit == 0)
        names_init(&map->names, PROFILE_METHOD_BYTES);
    return names_add(&map->names, text, size);
}

/* Units up to a NUL unit, as UTF-8; cut when longer than there is room. False at the payload's end.
 */
static bool read_text(struct cursor *in, char *text, size_t capacity)
{
    size_t units = 0;

    while (2 * units + 1 < in->left && (in->at[2 * units] || in->at[2 * units + 1]))
        units++;
    if (2 * units + 1 >= in->left)
        return false;
    (void)utf16_to_utf8(in->at, units, text, capacity);
    cursor_skip(in, 2 * units + 2);
    return true;
}

/* A text that was cut may end inside a character. */
static size_t whole_characters(const char *text, size_t size)
{
    size_t end = size;

    while (end > 0 && ((unsigned char)text[end - 1] & 0xC0) == 0x80)
        end--;
    return end > 0 && (unsigned char)text[end - 1] >= 0xC0 ? end - 1 : size;
}

/* The signature is "instance void  (class System.Object)"; shown is what is in parentheses. */
static size_t full_name(char *name, const char *space, const char *method, const char *signature)
{
    const char *arguments = strchr(signature, '(');
    int n = snprintf(name, PROFILE_NAME, "%s%s%s%s", space, space[0] ? "." : "", method,
                     arguments ? arguments : "");

    if (n < PROFILE_NAME)
        return n < 0 ? 0 : (size_t)n;
    return whole_characters(name, PROFILE_NAME - 1);
}

/* What is cut of a name is missing at its end. */
static void split_name(struct method *m, const char *space, const char *method, size_t length)
{
    size_t type = strlen(space), dot = type ? 1 : 0, rest;

    rest = length - type - dot;
    m->type_size = (uint16_t)type;
    m->method_size = (uint16_t)(strlen(method) < rest ? strlen(method) : rest);
}

void method_map_add_method(struct method_map *map, const uint8_t *payload, size_t size)
{
    struct cursor in = cursor_of(payload, size);
    char space[PART_MAX_SIZE], method[PART_MAX_SIZE], signature[PART_MAX_SIZE];
    char name[PROFILE_NAME];
    struct method m;

    cursor_skip(&in, 8); /* MethodID */
    m.module = cursor_u64(&in);
    m.start = cursor_u64(&in);
    m.size = cursor_u32(&in);
    m.token = cursor_u32(&in);
    cursor_skip(&in, 4); /* MethodFlags */
    if (in.bad || !read_text(&in, space, sizeof space) || !read_text(&in, method, sizeof method) ||
        !read_text(&in, signature, sizeof signature))
        return;
    size_t length = full_name(name, space, method, signature);
    m.name = add_name(map, name, length);
    split_name(&m, space, method, length);
    m.order = map->orders++;
    struct method *methods =
        grow(map->methods, map->method_count, &map->method_capacity, sizeof *methods);
    if (methods)
        map->methods = methods;
    if (!methods || m.name == NAMES_NONE) {
        map->dropped++;
        return;
    }
    methods[map->method_count++] = m;
    map->sorted = false;
}

/* "/usr/share/dotnet/System.Private.CoreLib.dll" is System.Private.CoreLib; Windows' paths too. */
static size_t module_stem(const char *path, const char **ret_start)
{
    const char *slash = strrchr(path, '/'), *backslash = strrchr(path, '\\');
    const char *start = slash > backslash ? slash : backslash;

    start = start ? start + 1 : path;
    const char *dot = strrchr(start, '.');
    *ret_start = start;
    return dot && dot != start ? (size_t)(dot - start) : strlen(start);
}

void method_map_add_module(struct method_map *map, const uint8_t *payload, size_t size)
{
    struct cursor in = cursor_of(payload, size);
    char path[PART_MAX_SIZE];
    const char *stem;
    struct module m;

    m.id = cursor_u64(&in);
    cursor_skip(&in, 16); /* AssemblyID, ModuleFlags, reserved */
    if (in.bad || !read_text(&in, path, sizeof path))
        return;
    size_t stem_size = module_stem(path, &stem);
    m.name = add_name(map, stem, stem_size);
    m.path = add_name(map, path, strlen(path));
    m.order = map->orders++;
    struct module *modules =
        grow(map->modules, map->module_count, &map->module_capacity, sizeof *modules);
    if (modules)
        map->modules = modules;
    if (!modules || m.name == NAMES_NONE || m.path == NAMES_NONE) {
        map->dropped++;
        return;
    }
    modules[map->module_count++] = m;
    map->sorted = false;
}

static int order_numbers(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/* By address; of the same address the newest first. */
static int compare_methods(const void *a, const void *b)
{
    const struct method *x = a, *y = b;

    return x->start != y->start ? order_numbers(x->start, y->start)
                                : order_numbers(y->order, x->order);
}

static int compare_modules(const void *a, const void *b)
{
    const struct module *x = a, *y = b;

    return x->id != y->id ? order_numbers(x->id, y->id) : order_numbers(y->order, x->order);
}

/* Rundown repeats what load events have told: of equal keys only the newest stays. */
static void sort_all(struct method_map *map)
{
    size_t kept = 0;

    if (map->sorted)
        return;
    if (map->method_count)
        qsort(map->methods, map->method_count, sizeof *map->methods, compare_methods);
    for (size_t i = 0; i < map->method_count; i++) {
        if (kept == 0 || map->methods[kept - 1].start != map->methods[i].start)
            map->methods[kept++] = map->methods[i];
    }
    map->method_count = kept;
    kept = 0;
    if (map->module_count)
        qsort(map->modules, map->module_count, sizeof *map->modules, compare_modules);
    for (size_t i = 0; i < map->module_count; i++) {
        if (kept == 0 || map->modules[kept - 1].id != map->modules[i].id)
            map->modules[kept++] = map->modules[i];
    }
    map->module_count = kept;
    map->sorted = true;
}

const struct method *method_map_find(struct method_map *map, uint64_t address)
{
    size_t low = 0, high;

    sort_all(map);
    high = map->method_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->methods[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low; i > 0 && low - i < LOOK_BACK; i--) {
        const struct method *m = &map->methods[i - 1];
        if (address - m->start < m->size)
            return m;
    }
    return NULL;
}

const struct module *method_map_module(struct method_map *map, uint64_t module)
{
    size_t low = 0, high;

    sort_all(map);
    high = map->module_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->modules[middle].id < module)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == map->module_count || map->modules[low].id != module)
        return NULL;
    return &map->modules[low];
}

const char *method_map_module_name(struct method_map *map, uint64_t module)
{
    const struct module *m = method_map_module(map, module);

    return m ? names_get(&map->names, m->name) : NULL;
}
