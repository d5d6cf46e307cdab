/*
 * support/fake_wire.h - the bytes of the fake runtime: answers, advertise, dump files.
 *
 * Written from facts/FACTS.md section 3 and 4 alone, independent of proto/ipc. Called from the
 * fake's thread: nothing here touches the world.
 */
#pragma once

#include "tests/support/fake_runtime.h"

enum { FAKE_WIRE_HEAD = 20, FAKE_PATH_MAX = 4096 };

/* Growing bytes; free(data) when done. */
struct fake_bytes {
    uint8_t *data;
    size_t size;
};

struct fake_dump_request {
    char path[FAKE_PATH_MAX];
    uint32_t type, flags;
};

/* Whole messages, header included. */
void fake_wire_ok(struct fake_bytes *out, const uint8_t *payload, size_t size);
void fake_wire_error(struct fake_bytes *out, uint32_t hresult, const char *text);
void fake_wire_raw(struct fake_bytes *out, const void *bytes, size_t size);

/* The answer of a healthy .NET 10 runtime to anything but a dump. */
void fake_wire_answer(const struct fake_options *o, unsigned command, struct fake_bytes *out);

bool fake_wire_parse_dump(const uint8_t *payload, size_t size, struct fake_dump_request *ret);

/* Also when strings are longer than there is room for: they are cut. */
bool fake_wire_parse_collect(unsigned command, const uint8_t *payload, size_t size,
                             struct fake_collect *ret);

/* Does createdump's work; the HRESULT of the answer. `on_gate` is called at dump->hold_after. */
uint32_t fake_wire_write_dump(const char *path, const struct fake_dump *dump,
                              void (*on_gate)(void *user), void *user);

/* Field 22 of /proc/PID/stat, the key in a diagnostic socket's name; 1 when there is none. */
unsigned long long fake_start_time(int pid);
