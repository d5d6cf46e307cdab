#include "src/otlp/answer.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "src/base/json_reader.h"

struct place {
    bool in_partial; /* the name before the object at depth 2 was partialSuccess */
    char name[24];   /* of the present member there */
};

static void take(struct answer *a, const struct place *p, enum json_event event, const char *text)
{
    bool is_number = event == JSON_NUMBER || event == JSON_TEXT; /* int64 is a string in protobuf */

    if (is_number && (strcmp(p->name, "rejectedDataPoints") == 0 ||
                      strcmp(p->name, "rejectedLogRecords") == 0)) {
        if (!text_to_i64(text, 0, INT64_MAX, &a->rejected))
            a->rejected = 0;
    } else if (event == JSON_TEXT && strcmp(p->name, "errorMessage") == 0) {
        (void)snprintf(a->message, sizeof a->message, "%s", text);
    }
}

void answer_parse(const char *body, size_t size, struct answer *ret)
{
    struct json_reader reader;
    struct place place = {0};
    enum json_event event;

    *ret = (struct answer){0};
    json_reader_init(&reader, body, size);
    while ((event = json_reader_next(&reader)) != JSON_END && event != JSON_BAD) {
        if (event == JSON_NAME && reader.depth == 1)
            place.in_partial = strcmp(reader.text, "partialSuccess") == 0;
        else if (event == JSON_NAME)
            (void)snprintf(place.name, sizeof place.name, "%s",
                           reader.depth == 2 ? reader.text : "");
        else if (place.in_partial && reader.depth == 2)
            take(ret, &place, event, reader.text);
    }
    json_reader_deinit(&reader);
    if (event == JSON_BAD)
        *ret = (struct answer){0};
}
