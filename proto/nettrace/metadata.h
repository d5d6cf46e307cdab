/*
 * nettrace/metadata.h - definitions of events: provider, name, level and fields, by id.
 *
 * v4, v5: payload of an event in a MetadataBlock: u32 id, string provider, u32 event id, string
 * name, u64 keywords, u32 version, u32 level, then (may be missing) u32 count, fields [u32 type,
 * name], then any number of tags: u32 size, u8 tag, bytes. Tag 2 has all fields anew, in a layout
 * that can say arrays: u32 count, fields [u32 size with itself, name, u32 type]. Strings are UTF-16
 * up to a NUL.
 * v6: u16 size, varint id, string provider, varint event id, string name, u16 count, fields [u16
 * size, name, u8 type], u16 size of what follows: [u8 kind, value]...
 * After the code of a type: OBJECT: count and fields; arrays and locations: the element's type;
 * FIXED_ARRAY: also u16 count.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/nettrace/pool.h"
#include "proto/nettrace/type.h"
#include "proto/wire/cursor.h"
#include "proto/wire/guid.h"
#include "proto/wire/status.h"

enum {
    NETTRACE_NO_OPCODE = -1,
};

/* Texts are UTF-8 and never NULL. */
struct nettrace_metadata {
    uint32_t id;
    uint32_t event_id;
    const char *provider;
    const char *name;  /* "": the definition does not say */
    const char *title; /* as tools show it: "GC/Start", "Request/Stop", "EventID(7)" */
    uint64_t keywords;
    uint32_t version;
    uint32_t level;
    int opcode;                    /* or NETTRACE_NO_OPCODE */
    struct guid provider_guid;     /* v6, or zero */
    const char *message;           /* v6 */
    const char *description;       /* v6 */
    struct nettrace_fields fields; /* the stream's, or those of nettrace/known_events.h */
    bool fields_unknown;           /* the definition has fields of a kind that we cannot read */
    void *user;                    /* for the consumer; NULL at first */
};

/* Definitions live until the table is cleared. A zeroed table is empty but for `pool.limit`. */
struct metadata_table {
    struct nettrace_metadata **by_id;
    size_t capacity, count;
    struct pool pool;
};

/* Never NULL-checks the table: an id of 0 or out of range is not found. */
static inline struct nettrace_metadata *metadata_find(const struct metadata_table *t, uint32_t id)
{
    return id < t->capacity ? t->by_id[id] : NULL;
}

/*
 * Decode one definition, everything in it allocated from `pool`. What is behind the parts that we
 * know is skipped. WIRE_BAD: no memory below the pool's limit; WIRE_MORE: cut.
 */
enum wire_status metadata_decode_v5(struct cursor *in, struct pool *pool,
                                    struct nettrace_metadata *ret_metadata);
enum wire_status metadata_decode_v6(struct cursor *in, struct pool *pool,
                                    struct nettrace_metadata *ret_metadata);

enum metadata_added {
    METADATA_ADDED,
    METADATA_NO_MEMORY,
    METADATA_BAD_ID, /* 0 or above NETTRACE_METADATA_IDS */
    METADATA_TWICE,
};

/* Copies `metadata` itself; its texts and fields must be in the table's pool. */
enum metadata_added metadata_add(struct metadata_table *t, const struct nettrace_metadata *metadata,
                                 struct nettrace_metadata **ret_added);
void metadata_clear(struct metadata_table *t);
