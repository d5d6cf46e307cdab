#include "src/logs/message.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/base/utf8.h"

struct fill {
    struct text *out;
    const struct app_log_pair *pairs;
    size_t count;
    bool used[LIMIT_LOGS_PAIRS];
    struct app_log_pair *order;
    size_t ordered;
    size_t holes, bytes;
};

struct hole {
    const char *name;
    size_t name_size;
    long width; /* negative: padded on the right */
};

/* The next hole: its opening brace, and its closing one; false: there is none. */
static bool next_hole(const char *at, const char **ret_open, const char **ret_close)
{
    while ((at = strchr(at, '{')) != NULL && at[1] == '{')
        at += 2;
    *ret_open = at;
    *ret_close = at ? strchr(at, '}') : NULL;
    return *ret_close != NULL;
}

static struct hole read_hole(const char *at, const char *end)
{
    struct hole h = {at + 1, 0, 0};

    h.name_size = strcspn(h.name, ",:}");
    if (h.name[h.name_size] == ',' && h.name + h.name_size < end)
        h.width = strtol(h.name + h.name_size + 1, NULL, 10);
    return h;
}

static bool is_named(const struct app_log_pair *pair, const struct hole *h)
{
    return strncmp(pair->key, h->name, h->name_size) == 0 && !pair->key[h->name_size];
}

/* The next pair of the hole's name, the last one when all have been taken; NULL: there is none. */
static const struct app_log_pair *take_pair(struct fill *f, const struct hole *h)
{
    const struct app_log_pair *last = NULL;

    for (size_t i = 0; i < f->count; i++) {
        if (!is_named(&f->pairs[i], h))
            continue;
        last = &f->pairs[i];
        if (!f->used[i]) {
            f->used[i] = true;
            f->order[f->ordered++] = *last;
            break;
        }
    }
    return last;
}

static long width_of(const char *text, long most)
{
    uint32_t code;
    long width = 0;

    for (size_t left = strlen(text), n; left && width < most; text += n, left -= n, width++)
        n = utf8_next(text, left, &code);
    return width;
}

static void pad(struct text *out, long count)
{
    for (; count > 0; count--)
        text_add(out, " ", 1);
}

static void add_value(struct fill *f, const struct hole *h)
{
    const struct app_log_pair *pair = f->holes++ < LIMIT_LOGS_PAIRS ? take_pair(f, h) : NULL;
    const char *text = pair && pair->kind != APP_LOG_NULL ? pair->text : "(null)";
    size_t size = strlen(text);
    long width = labs(h->width % (LIMIT_LOGS_WIDTH + 1));

    f->bytes += size + (size_t)width;
    if (f->bytes > LIMIT_LOGS_MESSAGE)
        return;
    long missing = width ? width - width_of(text, width) : 0;
    pad(f->out, h->width > 0 ? missing : 0);
    text_add(f->out, text, size);
    pad(f->out, h->width < 0 ? missing : 0);
}

/* Text between holes, in which doubled braces stand for one. */
static void add_plain(struct text *out, const char *at, const char *end)
{
    while (at < end) {
        size_t run = strcspn(at, "{}");
        if (run >= (size_t)(end - at))
            run = (size_t)(end - at);
        else
            run++;
        text_add(out, at, run);
        at += run;
        if (at < end && (at[-1] == '{' || at[-1] == '}') && at[0] == at[-1])
            at++;
    }
}

static void fill_holes(struct fill *f, const char *at)
{
    const char *open, *close;

    for (; next_hole(at, &open, &close); at = close + 1) {
        struct hole h = read_hole(open, close);
        add_plain(f->out, at, open);
        add_value(f, &h);
    }
    add_plain(f->out, at, at + strlen(at));
}

static bool is_template(const struct app_log_pair *pair)
{
    return strcmp(pair->key, APP_LOG_TEMPLATE) == 0;
}

static void add_rest(struct fill *f, bool templates)
{
    for (size_t i = 0; i < f->count; i++) {
        if (!f->used[i] && is_template(&f->pairs[i]) == templates)
            f->order[f->ordered++] = f->pairs[i];
    }
}

void log_message_fill(struct text *out, const char *template, const struct app_log_pair *pairs,
                      size_t count, struct app_log_pair *order)
{
    struct fill f = {.out = out,
                     .pairs = pairs,
                     .count = count < LIMIT_LOGS_PAIRS ? count : LIMIT_LOGS_PAIRS,
                     .order = order};
    const char *open, *close;

    if (next_hole(template, &open, &close))
        fill_holes(&f, template);
    else
        text_add_str(out, template);
    add_rest(&f, false);
    add_rest(&f, true);
}
