/*
 * fuzz/fuzz_method_map.c - payloads of method and module events: pieces of [u8 kind, u16 size,
 * bytes]; then every address that came up is looked up.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/wire/cursor.h"
#include "src/profile/method_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add(struct method_map *map, unsigned kind, struct cursor piece)
{
    uint8_t *copy = malloc(piece.left + 1);

    if (!copy)
        abort();
    if (piece.left)
        memcpy(copy, piece.at, piece.left);
    if (kind & 1)
        method_map_add_module(map, copy, piece.left);
    else
        method_map_add_method(map, copy, piece.left);
    free(copy);
}

static void look_up(struct method_map *map, uint64_t address)
{
    const struct method *m = method_map_find(map, address);

    if (!m)
        return;
    if (address < m->start || address - m->start >= m->size)
        abort();
    (void)strlen(names_get(&map->names, m->name));
    const char *module = method_map_module_name(map, m->module);
    if (module)
        (void)strlen(module);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor in = cursor_of(data, size);
    struct method_map map = {0};

    while (in.left > 0 && !in.bad) {
        unsigned kind = cursor_u8(&in);
        size_t wanted = cursor_u16(&in);
        add(&map, kind, cursor_sub(&in, wanted < in.left ? wanted : in.left));
    }
    for (size_t i = 0; i + 8 <= size; i += 4) {
        uint64_t address;
        memcpy(&address, data + i, sizeof address);
        look_up(&map, address);
        look_up(&map, address - 1);
    }
    method_map_deinit(&map);
    return 0;
}
