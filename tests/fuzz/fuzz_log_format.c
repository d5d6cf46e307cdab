/*
 * Byte 0: formatter and switches. Then texts with NUL between them: timestamp format, template,
 * key, value, key, value, exception, scope. Whatever they are, the line ends once and is clean.
 */
#include <cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/log_format.h"
#include "src/base/utf8.h"
#include "src/config/pattern.h"

enum { TEXTS = 8 };

/* The n-th text; "" past the end. */
static const char *text_at(const char *data, size_t size, int n)
{
    size_t at = 0;

    for (; n > 0; n--) {
        size_t length = at < size ? strnlen(data + at, size - at) : 0;
        at += length + 1;
    }
    return at < size ? data + at : "";
}

static void check_clean(const struct text *line, bool one_line)
{
    uint32_t code;

    if (line->failed || !line->size || line->data[line->size - 1] != '\n')
        abort();
    for (size_t at = 0, used; at < line->size; at += used) {
        used = utf8_next(line->data + at, line->size - at, &code);
        if (code == UTF8_REPLACEMENT && used != 3)
            abort();
        if ((code < ' ' && code != '\n' && code != '\t') || code == 0x7F)
            abort();
        if (one_line && code == '\n' && at + 1 != line->size)
            abort();
    }
}

static void check_json(const struct text *line)
{
    cJSON *json = cJSON_ParseWithOpts(line->data, NULL, 1);

    if (!cJSON_IsObject(json) || !cJSON_IsObject(cJSON_GetObjectItem(json, "State")) ||
        !cJSON_IsString(cJSON_GetObjectItem(json, "Message")))
        abort();
    cJSON_Delete(json);
}

static void format_line(uint8_t switches, const char *const texts[TEXTS])
{
    static const struct log_time now = {17728365091203400, -690};
    char *timestamp = log_time_check(texts[0]) ? strdup(texts[0]) : NULL;
    struct log_format format = {.formatter = (enum log_formatter)(switches % 3),
                                .include_scopes = (switches & 4) != 0,
                                .single_line = (switches & 8) != 0,
                                .indented = (switches & 16) != 0,
                                .timestamp = timestamp};
    struct log_field fields[] = {{texts[2], texts[3]}, {texts[4], switches & 32 ? NULL : texts[5]}};
    struct log_scope scope = {NULL, texts[7], fields, 2};
    struct log_event event = {LOG_LEVEL_ERROR, "A", 1, texts[1]};
    struct log_record record = {&event, fields, 2, &scope, texts[6][0] ? texts[6] : NULL};
    bool json = format.formatter == LOG_FORMATTER_JSON;
    struct text line = {0};

    log_format(&line, &format, &record, &now);
    check_clean(&line, json ? !format.indented
                            : format.single_line || format.formatter == LOG_FORMATTER_SYSTEMD);
    if (json)
        check_json(&line);
    text_deinit(&line);
    free(timestamp);
    (void)pattern_matches_any(texts[1], texts[3], strlen(texts[3]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *texts[TEXTS];
    char *copy = calloc(size + 1, 1);

    if (!copy)
        abort();
    if (size)
        memcpy(copy, data, size);
    for (int i = 0; i < TEXTS; i++)
        texts[i] = text_at(copy + (size != 0), size ? size - 1 : 0, i);
    format_line(size ? data[0] : 0, texts);
    free(copy);
    return 0;
}
