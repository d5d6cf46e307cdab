#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/heap/builder_impl.h"
#include "src/heap/limits.h"

/*
 * "Dictionary`2[System.String,System.Object][]" is Dictionary<System.String,System.Object>[], as
 * PerfView and dotnet-gcdump write it; like there, "<>c" becomes "[]c", so that heaps can be
 * compared.
 */
static void write_name(const char *raw, char *name, size_t capacity)
{
    size_t size = 0;

    for (const char *at = raw; *at && size + 1 < capacity; at++) {
        if (at[0] == '`' && at[1] >= '0' && at[1] <= '9') {
            while (at[1] >= '0' && at[1] <= '9')
                at++;
        } else if ((*at == ']' || *at == '>') && size > 0 && name[size - 1] == '<') {
            name[size - 1] = '[';
            name[size++] = ']';
        } else {
            name[size++] = *at == '[' ? '<' : (char)(*at == ']' ? '>' : *at);
        }
    }
    name[size] = '\0';
}

static uint32_t add(struct heap_builder *b, const char *text)
{
    return names_add(&b->graph->names, text, strlen(text));
}

static uint32_t module_of(struct heap_builder *b, const struct type_slot *slot)
{
    uint32_t module = number_map_get(&b->modules, slot->module);
    char text[40];

    if (slot->name == NAMES_NONE)
        return add(b, "");
    if (module != NUMBER_MAP_NONE)
        return module;
    (void)snprintf(text, sizeof text, "Module(0x%" PRIx64 ")", slot->module);
    return add(b, text);
}

static uint32_t name_of(struct heap_builder *b, const struct type_slot *slot, uint8_t size_class)
{
    const char *raw = slot->name == NAMES_NONE ? "" : names_get(&b->graph->names, slot->name);
    char text[HEAP_NAME + 32];

    if (slot->name == NAMES_NONE)
        (void)snprintf(text, sizeof text, "UNKNOWN 0x%" PRIx64, slot->id);
    else if (!*raw)
        (void)snprintf(text, sizeof text, "Type(0x%" PRIx64 ")", slot->id);
    else
        write_name(raw, text, HEAP_NAME);
    (void)strncat(text, size_class_suffix(size_class), 31);
    return add(b, text);
}

static bool add_named(struct heap_builder *b, struct number_map *known, uint32_t *ret,
                      uint32_t slot_number)
{
    const struct type_slot *slot = &b->slots[slot_number];
    const struct type_slot *base = slot->size_class ? &b->slots[slot->base] : slot;
    struct heap_graph *g = b->graph;
    uint32_t module = module_of(b, base), name = name_of(b, base, slot->size_class);
    uint64_t key = (uint64_t)name << 32 | module;

    if (module == NAMES_NONE || name == NAMES_NONE)
        return false;
    uint32_t type = number_map_get(known, key);
    if (type == NUMBER_MAP_NONE) {
        type = heap_type_new(g, "", "", -1);
        if (type == HEAP_NONE || !number_map_set(known, key, type))
            return false;
        g->types[type].name = name;
        g->types[type].module = module;
    }
    ret[slot_number] = type;
    return true;
}

/* Of slots with the same name, the object that was told first gives the type its size. */
static void set_size(struct heap_type *type, uint64_t *first, const struct type_slot *slot)
{
    if (slot->first_node >= *first)
        return;
    *first = slot->first_node;
    type->first_size = (int64_t)slot->first_size;
}

int builder_name_types(struct heap_builder *b, uint32_t *ret, struct error *err)
{
    struct number_map known = {0};
    bool good = true;

    for (uint32_t i = 0; i < b->slot_count && good; i++)
        good = add_named(b, &known, ret, i);
    number_map_deinit(&known);
    if (!good)
        return error_set(err, -E2BIG, "the names of the heap's types are too many");
    uint64_t *first = malloc((size_t)(b->graph->type_count + 1) * sizeof *first);
    if (!first)
        return error_set(err, -ENOMEM, "no memory");
    memset(first, 0xFF, (size_t)(b->graph->type_count + 1) * sizeof *first);
    for (uint32_t i = 0; i < b->slot_count; i++)
        set_size(&b->graph->types[ret[i]], &first[ret[i]], &b->slots[i]);
    free(first);
    return 0;
}
