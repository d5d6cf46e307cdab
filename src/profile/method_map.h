/*
 * profile/method_map.h - code addresses to method names, from the load and rundown events of a
 * trace.
 *
 * One method can have several ranges (tiers, OSR, instantiations); ranges that came later win where
 * code memory was used again. Memory: the names once each, in UTF-8, up to PROFILE_METHOD_BYTES;
 * what comes beyond is counted, not kept.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/profile/names.h"

struct method {
    uint64_t start;
    uint32_t size;
    uint32_t order;                  /* of arrival */
    uint32_t name;                   /* in `names`: Namespace.Type.Method(arguments) */
    uint32_t token;                  /* in the module's metadata; 0: none (generated code) */
    uint16_t type_size, method_size; /* parts of `name`; between them a dot, if there is a type */
    uint64_t module;                 /* id in the runtime */
};

struct module {
    uint64_t id;
    uint32_t order;
    uint32_t name; /* in `names`: file name without folder and extension */
    uint32_t path; /* in `names`: of the IL, as the process sees it; "" for none */
};

struct method_map {
    struct names names;
    struct method *methods;
    size_t method_count, method_capacity;
    struct module *modules;
    size_t module_count, module_capacity;
    bool sorted;
    uint32_t orders;
    uint64_t dropped; /* methods and modules past the limit or out of memory */
};

void method_map_deinit(struct method_map *map);

/* Payloads of MethodLoadVerbose, MethodUnloadVerbose and of the rundown's MethodDCStartVerbose and
 * MethodDCEndVerbose (events 143 and 144 of both providers, all versions); those that are cut are
 * passed over. An unload names what was loaded before the trace began. */
void method_map_add_method(struct method_map *map, const uint8_t *payload, size_t size);

/* Payloads of ModuleLoad, ModuleUnload (152, 153), ModuleDCStart, ModuleDCEnd (rundown 153, 154).
 */
void method_map_add_module(struct method_map *map, const uint8_t *payload, size_t size);

/* The method that covers the address; NULL without. Valid until the next one is added. Sorts when
 * methods came since the last call. */
const struct method *method_map_find(struct method_map *map, uint64_t address);

/* NULL when the module is unknown; valid as above. */
const struct module *method_map_module(struct method_map *map, uint64_t module);
const char *method_map_module_name(struct method_map *map, uint64_t module);
