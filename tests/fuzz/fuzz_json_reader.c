/*
 * Any bytes as a settings file: the reader ends, places are inside the file, what the source takes
 * can be found again, and `config show` of it is JSON that reads back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json_reader.h"
#include "src/base/limits.h"
#include "src/config/json_source.h"
#include "src/config/show.h"

/* Returns whether the document was complete. */
static bool read_all(const char *data, size_t size)
{
    struct json_reader r;
    enum json_event event;
    size_t events = 0;

    json_reader_init(&r, data, size);
    do {
        event = json_reader_next(&r);
        if (++events > 2 * size + 3 || r.line > size + 1 || r.column > size + 1 ||
            r.depth > LIMIT_JSON_DEPTH)
            abort();
        if (event == JSON_BAD && !r.fault[0])
            abort();
        if ((event == JSON_NAME || event == JSON_TEXT || event == JSON_NUMBER) &&
            strlen(r.text) > size)
            abort();
    } while (event != JSON_END && event != JSON_BAD);
    if (json_reader_next(&r) != event)
        abort();
    json_reader_deinit(&r);
    return event == JSON_END;
}

static void show(const struct config_keys *keys)
{
    for (unsigned mode = 0; mode < 4; mode++) {
        const struct show_options options = {.full = mode & 1, .sources = mode & 2};
        struct text out = {0};
        show_add(&out, keys, &options);
        if (!out.failed && !read_all(out.data, out.size))
            abort();
        text_deinit(&out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config_keys keys = {0};
    struct error err = {0};
    char *text = malloc(size + 1);

    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    bool complete = read_all(text, size);
    const struct config_source *source =
        config_keys_add_source(&keys, "file", "Json */ of", false, &err);
    int r = source ? json_source_add(&keys, source, text, size, &err) : -1;
    if (r < 0 ? !err.text[0] : !complete)
        abort();
    for (size_t i = 0; i < keys.count; i++) {
        if (config_keys_entry(&keys, keys.entries[i].key) != &keys.entries[i])
            abort();
    }
    if (r == 0)
        show(&keys);
    config_keys_deinit(&keys);
    free(text);
    return 0;
}
