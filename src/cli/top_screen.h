/*
 * cli/top_screen.h - a terminal that shows the part of a text that fits, and keys.
 *
 * Plain ANSI sequences that every terminal of today knows: a container image has no terminfo.
 */
#pragma once

#include <uv.h>

#include "src/base/error.h"

struct top_screen;

struct top_screen_events {
    void *user;
    void (*on_quit)(void *user); /* q, Ctrl+C, or the terminal has gone */
};

/* Takes over standard input and output, which must be terminals. Shown anew when the size changes.
 */
int top_screen_open(uv_loop_t *loop, const struct top_screen_events *events,
                    struct top_screen **ret, struct error *err);

/* `title` is one line; `body` any number of them, copied. */
void top_screen_show(struct top_screen *s, const char *title, const char *body);

/* The terminal is as it was before. */
void top_screen_close(struct top_screen *s);
