/*
 * logs/values.h - the members of one JSON object, as an application's logger writes it.
 */
#pragma once

#include "src/logs/entry.h"

/* A zeroed one is empty. Memory is kept for the next object. */
struct log_values {
    struct app_log_pair *pairs; /* their texts are in `texts` */
    size_t count, capacity;
    char *texts;
    size_t room;
};

void log_values_deinit(struct log_values *v);

/* Reads `json`, in which \u0000 becomes \ufffd. Members that are objects or arrays are passed over,
 * so is what comes behind LIMIT_LOGS_PAIRS. False: it is no object, or memory has run out; members
 * before the fault are there. */
bool log_values_read(struct log_values *v, char *json);

/* The text of the last member of that name; NULL: none, or null. */
const char *log_values_find(const struct log_values *v, const char *key);
