/*
 * nettrace/fields.h - the typed fields of an event's payload.
 *
 *     struct nettrace_reader r = nettrace_read_event(event);
 *     for (const struct nettrace_field *f; (f = nettrace_read_next(&r, &value)) != NULL;)
 *         ...
 *
 * A payload is what a stranger says it is: no read goes behind its end, a walk takes time in
 * proportion to its bytes, and recursion ends at the depth of the types. A payload that ends early
 * gives the fields that are whole (older runtimes leave out what newer ones added at the end); a
 * string without its NUL gives what is there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/nettrace/event.h"
#include "proto/nettrace/type.h"
#include "proto/wire/cursor.h"
#include "proto/wire/guid.h"

/* Borrows from the payload and from the metadata. */
struct nettrace_value {
    const struct nettrace_type *type;
    union {
        uint64_t u; /* booleans (0 or 1), units, unsigned, POINTER, DATE_TIME of v4 and v5 */
        int64_t i;  /* signed */
        double f;   /* SINGLE, DOUBLE */
    };
    const uint8_t *bytes; /* strings without NUL, GUID and all of fixed size: the bytes; arrays and
                             locations: the elements; OBJECT: the fields */
    size_t size;
    uint32_t count; /* arrays, locations: elements; 0 if an element has no bytes */
};

/* Reads the fields of an object, or the elements of an array. */
struct nettrace_reader {
    struct cursor in;
    const uint8_t *start;   /* of the object */
    const uint8_t *payload; /* of the event, which DATA_LOC counts from */
    size_t payload_size;
    const struct nettrace_fields *fields;
    const struct nettrace_type *element; /* of an array, else NULL */
    size_t next, count;                  /* fields or elements */
};

/* Here, so that the compiler fills the reader in place: half the time of a small event otherwise.
 */
static inline struct nettrace_reader nettrace_read_payload(const struct nettrace_fields *fields,
                                                           const uint8_t *payload, size_t size)
{
    return (struct nettrace_reader){
        .in = {.at = payload, .left = size},
        .start = payload,
        .payload = payload,
        .payload_size = size,
        .fields = fields,
        .count = fields->count,
    };
}

static inline struct nettrace_reader nettrace_read_event(const struct nettrace_event *event)
{
    return nettrace_read_payload(&event->metadata->fields, event->payload, event->payload_size);
}

/*
 * The first `capacity` fields of an event at once, in their order: the fastest way to most of them.
 * Returns how many there are; fewer than the event's when the payload ends.
 */
size_t nettrace_read_all(const struct nettrace_event *event, struct nettrace_value *values,
                         size_t capacity);

/* The next field of an object; NULL: no more, or the payload ends (r->in.bad). */
const struct nettrace_field *nettrace_read_next(struct nettrace_reader *r,
                                                struct nettrace_value *ret_value);

/* Into a value of `outer`: the fields of an OBJECT, the elements of an array or location. */
struct nettrace_reader nettrace_read_inside(const struct nettrace_reader *outer,
                                            const struct nettrace_value *value);

/* The next element of an array. False: no more, or the payload ends. */
bool nettrace_read_element(struct nettrace_reader *r, struct nettrace_value *ret_value);

/* Index of a field; SIZE_MAX: none of that name. Look it up once per metadata, not per event. */
size_t nettrace_field_index(const struct nettrace_fields *fields, const char *name);

/* One field of an event. False: no such field, or the payload ends before. */
bool nettrace_field_at(const struct nettrace_event *event, size_t index,
                       struct nettrace_value *ret_value);
bool nettrace_field_find(const struct nettrace_event *event, const char *name,
                         struct nettrace_value *ret_value);

/* Strings, and arrays or locations of units, which are strings too. */
bool nettrace_value_is_text(const struct nettrace_value *value);

/*
 * Text as UTF-8; other values as "". Writes at most `capacity` bytes including the NUL, always
 * terminated if capacity > 0. Returns the whole length: cut if that is >= capacity. Arrays of units
 * can hold NULs, which become U+FFFD.
 */
size_t nettrace_value_text(const struct nettrace_value *value, char *text, size_t capacity);

/* The GUID; zero for other values. */
struct guid nettrace_value_guid(const struct nettrace_value *value);
