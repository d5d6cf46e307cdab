#include "src/base/json_reader.h"

#include <assert.h>
#include <string.h>

#include "src/base/json_scan.h"
#include "src/base/limits.h"

static_assert(LIMIT_JSON_DEPTH <= 64, "one bit a level");

enum state {
    STATE_VALUE, /* the document, or a member's value */
    STATE_ITEM,  /* of an array, or its end */
    STATE_NAME,  /* of a member, or the object's end */
    STATE_COMMA, /* a comma, or the end of what is around */
};

void json_reader_init(struct json_reader *r, const char *data, size_t size)
{
    *r = (struct json_reader){
        .at = data, .end = data + size, .line_start = data, .next_line = 1, .state = STATE_VALUE};
    if (size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0) {
        r->at += 3;
        r->line_start += 3;
    }
}

void json_reader_deinit(struct json_reader *r)
{
    text_deinit(&r->buffer);
}

static enum json_event open_level(struct json_reader *r, bool is_object)
{
    if (r->depth == LIMIT_JSON_DEPTH)
        return json_scan_bad(r, "more than %d levels", LIMIT_JSON_DEPTH);
    uint64_t bit = (uint64_t)1 << r->depth++;
    r->is_object = is_object ? r->is_object | bit : r->is_object & ~bit;
    r->at++;
    r->state = is_object ? STATE_NAME : STATE_ITEM;
    return is_object ? JSON_OBJECT : JSON_ARRAY;
}

static enum json_event close_level(struct json_reader *r, enum json_event event)
{
    r->depth--;
    r->at++;
    r->state = STATE_COMMA;
    return event;
}

static enum json_event take_value(struct json_reader *r)
{
    char c = r->at < r->end ? *r->at : '\0';

    json_scan_mark(r);
    if (c == '{' || c == '[')
        return open_level(r, c == '{');
    if (c == '"') {
        r->at++;
        if (!json_scan_string(r))
            return JSON_BAD;
        r->state = STATE_COMMA;
        return JSON_TEXT;
    }
    enum json_event event =
        c == '-' || (c >= '0' && c <= '9') ? json_scan_number(r) : json_scan_word(r);
    if (event != JSON_BAD)
        r->state = STATE_COMMA;
    return event;
}

static enum json_event take_name(struct json_reader *r)
{
    json_scan_mark(r);
    if (r->at == r->end || *r->at != '"')
        return json_scan_unexpected(r, "a member's name in quotation marks or }");
    r->at++;
    if (!json_scan_string(r))
        return JSON_BAD;
    unsigned line = r->line, column = r->column;
    if (!json_scan_blanks(r) || r->at == r->end || *r->at != ':')
        return json_scan_unexpected(r, "a colon");
    r->at++;
    r->line = line;
    r->column = column;
    r->state = STATE_VALUE;
    return JSON_NAME;
}

static bool in_object(const struct json_reader *r)
{
    return r->is_object >> (r->depth - 1) & 1;
}

/* What may follow a value: false when that was the end of a level or of the document. */
static bool take_comma(struct json_reader *r, enum json_event *ret_event)
{
    if (r->depth == 0) {
        *ret_event = r->at == r->end ? JSON_END : json_scan_unexpected(r, "the end of the file");
        return false;
    }
    bool is_object = in_object(r);
    if (r->at < r->end && *r->at == ',') {
        r->at++;
        r->state = is_object ? STATE_NAME : STATE_ITEM;
        return true;
    }
    json_scan_mark(r);
    if (r->at < r->end && *r->at == (is_object ? '}' : ']'))
        *ret_event = close_level(r, is_object ? JSON_OBJECT_END : JSON_ARRAY_END);
    else
        *ret_event = json_scan_unexpected(r, is_object ? "a comma or }" : "a comma or ]");
    return false;
}

enum json_event json_reader_next(struct json_reader *r)
{
    enum json_event event = JSON_BAD;

    if (r->failed)
        return JSON_BAD;
    if (!json_scan_blanks(r))
        return json_scan_bad(r,
                             "'/' stands where a comment (// or /* */, with its end) was expected");
    if (r->state == STATE_COMMA && !take_comma(r, &event))
        return event;
    if (!json_scan_blanks(r))
        return json_scan_bad(r,
                             "'/' stands where a comment (// or /* */, with its end) was expected");
    if (r->state == STATE_NAME && r->at < r->end && *r->at == '}') {
        json_scan_mark(r);
        return close_level(r, JSON_OBJECT_END);
    }
    if (r->state == STATE_ITEM && r->at < r->end && *r->at == ']') {
        json_scan_mark(r);
        return close_level(r, JSON_ARRAY_END);
    }
    return r->state == STATE_NAME ? take_name(r) : take_value(r);
}
