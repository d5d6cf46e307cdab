/*
 * fuzz/fuzz_wire_text.c - UTF-16, UTF-8 and GUID text. The first byte picks the direction.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/arena.h"
#include "proto/wire/guid.h"
#include "proto/wire/utf16.h"
#include "proto/wire/writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* Decoded text must be valid UTF-8, and survive the way back and forth. */
static void check_text(const char *text)
{
    size_t size = writer_utf16_size(text);
    uint8_t *bytes = malloc(size);
    char *again = NULL;

    require(bytes && utf8_is_valid(text));
    struct writer w = writer_of(bytes, size);
    writer_utf16(&w, text);
    require(!w.full && w.size == size);
    struct cursor c = cursor_of(bytes, size);
    require(utf16_decode(&c, &again) == WIRE_OK && strcmp(again, text) == 0);
    free(again);
    free(bytes);
}

/* The three ways to decode must agree, and an arena of the promised size must do. */
static void fuzz_counted(const uint8_t *data, size_t size)
{
    struct cursor a = cursor_of(data, size), b = a, c = a;
    struct arena arena;
    char *text = NULL, *copy = malloc(2 * size + 1);
    const char *in_arena = NULL;

    require(copy && arena_init(&arena, arena_size_of_strings(size)));
    enum wire_status status = utf16_decode(&a, &text);
    require(utf16_decode_into(&b, copy, 2 * size + 1) == status);
    require(utf16_decode_arena(&c, &arena, &in_arena) == status);
    if (status == WIRE_OK) {
        require(strcmp(text, copy) == 0 && strcmp(text, in_arena) == 0);
        check_text(text);
    }
    arena_deinit(&arena);
    free(copy);
    free(text);
}

static void fuzz_terminated(const uint8_t *data, size_t size)
{
    struct cursor c = cursor_of(data, size);
    char *text = NULL;

    if (utf16_decode_terminated(&c, &text) == WIRE_OK)
        check_text(text);
    free(text);
}

/* Any cut must leave a whole valid text. */
static void fuzz_cut(const uint8_t *data, size_t size)
{
    size_t capacity = size > 0 ? data[0] : 0;
    char *text = malloc(capacity ? capacity : 1);

    require(text != NULL);
    size_t count = size > 0 ? (size - 1) / 2 : 0;
    size_t length = utf16_to_utf8(count ? data + 1 : NULL, count, text, capacity);
    require(length <= 3 * count);
    if (capacity > 0) {
        require(utf8_is_valid(text));
        require(length >= capacity || strlen(text) == length);
    }
    free(text);
}

/* Not strndup(): the input has no NUL to look for. */
static char *copy_text(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1);

    if (text && size)
        memcpy(text, data, size);
    return text;
}

static void fuzz_utf8(const uint8_t *data, size_t size)
{
    char *text = copy_text(data, size);
    char *decoded = NULL;

    require(text != NULL);
    size_t capacity = writer_utf16_size(text);
    uint8_t *bytes = malloc(capacity);
    require(bytes != NULL);
    struct writer w = writer_of(bytes, capacity);
    writer_utf16(&w, text);
    struct cursor c = cursor_of(bytes, w.size);
    require(!w.full && utf16_decode(&c, &decoded) == WIRE_OK);
    require(utf8_is_valid(decoded));
    require((strcmp(text, decoded) == 0) == utf8_is_valid(text));
    free(decoded);
    free(bytes);
    free(text);
}

static void fuzz_guid(const uint8_t *data, size_t size)
{
    char *text = copy_text(data, size);
    char formatted[GUID_TEXT_SIZE];
    struct guid guid, again;

    require(text != NULL);
    if (guid_parse(text, &guid)) {
        require(guid_parse(guid_format(&guid, formatted), &again));
        require(guid_equal(&guid, &again));
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const rows[])(const uint8_t *data, size_t size) = {
        fuzz_counted, fuzz_terminated, fuzz_cut, fuzz_utf8, fuzz_guid,
    };

    if (size > 0)
        rows[data[0] % (sizeof rows / sizeof rows[0])](data + 1, size - 1);
    return 0;
}
