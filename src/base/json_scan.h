/*
 * base/json_scan.h - the words of JSON, for json_reader alone: each function begins at `at`, leaves
 * it behind what it took, and never reads past `end`.
 */
#pragma once

#include "src/base/json_reader.h"

/* The piece that begins at `at` is the present one. */
void json_scan_mark(struct json_reader *r);

/* The fault is at `at`. Returns JSON_BAD, as will all later calls. */
__attribute__((format(printf, 2, 3))) enum json_event json_scan_bad(struct json_reader *r,
                                                                    const char *fmt, ...);

/* The same: tells what stands at `at` and what was expected. */
enum json_event json_scan_unexpected(struct json_reader *r, const char *expected);

/* Passes blanks and comments. False: a comment is broken, and `at` is there. */
bool json_scan_blanks(struct json_reader *r);

/* Behind the opening quote; sets `text`. False: JSON_BAD has been set. */
bool json_scan_string(struct json_reader *r);

/* Sets `text`. JSON_NUMBER or JSON_BAD. */
enum json_event json_scan_number(struct json_reader *r);

/* true, false or null. */
enum json_event json_scan_word(struct json_reader *r);
