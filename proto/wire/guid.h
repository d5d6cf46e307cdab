/*
 * wire/guid.h - a GUID as .NET lays it out: runtime instance cookies, profiler CLSIDs.
 *
 * On the wire the first three fields (32, 16, 16 bits) are little-endian, the last 8 bytes are in
 * order; text has all of them big-endian: bytes 78f0a1a5 87c6 7547 bab9... read a5a1f078-c687-4775-
 * bab9-...
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/wire/cursor.h"
#include "proto/wire/writer.h"

enum {
    GUID_SIZE = 16,
    GUID_TEXT_SIZE = 37, /* "D" format and its NUL */
};

struct guid {
    uint8_t bytes[GUID_SIZE]; /* in wire order */
};

/* Zero when the cursor is or becomes bad. */
struct guid guid_read(struct cursor *in);
void guid_write(struct writer *out, const struct guid *guid);

/* "a5a1f078-c687-4775-bab9-ed23d23a740f". Returns `text`. */
const char *guid_format(const struct guid *guid, char text[static GUID_TEXT_SIZE]);

/*
 * The formats of Guid.Parse: N (32 digits), D (hyphens), B ({D}), P ((D)), X
 * ({0x..,0x..,0x..,{8 times 0x..}}, with blanks anywhere and leading zeros left out or added). Any
 * case, ASCII blanks around. False, and `ret_guid` untouched, for anything else.
 */
bool guid_parse(const char *text, struct guid *ret_guid);

bool guid_equal(const struct guid *a, const struct guid *b);
bool guid_is_zero(const struct guid *guid);
