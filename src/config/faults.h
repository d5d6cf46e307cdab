/*
 * config/faults.h - what is wrong with a configuration: a list, so that all of it is told at once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "src/base/error.h"
#include "src/config/keys.h"

enum fault_kind {
    FAULT_ERROR,   /* the peer refuses it as well, or it cannot work */
    FAULT_WARNING, /* works, but hardly as meant */
    FAULT_UNKNOWN, /* no such key; only of sources that are meant for us */
    FAULT_LATER,   /* a key of a feature that this version does not have; the same */
    FAULT_KINDS,
};

struct config_fault {
    enum fault_kind kind;
    char *key, *origin, *text; /* origin: "FILE:LINE" or the source; text: cause and cure */
};

struct config_faults {
    struct config_fault *items;
    size_t count, capacity;
    size_t kinds[FAULT_KINDS]; /* how many of each */
    size_t dropped;            /* over LIMIT_CONFIG_FAULTS, or no memory; counted in `kinds` */
};

/* Adds one. All is copied. */
__attribute__((format(printf, 5, 6))) void config_faults_add(struct config_faults *faults,
                                                             enum fault_kind kind, const char *key,
                                                             const char *origin, const char *fmt,
                                                             ...);
void config_faults_deinit(struct config_faults *faults);

/* One line each: "error: KEY (ORIGIN): text". */
void config_faults_print(const struct config_faults *faults, FILE *out);

/* Fills `err` with the errors, as many as there is room for and how many more; -EINVAL. 0 when
 * there is no error. */
int config_faults_summary(const struct config_faults *faults, struct error *err);

/* The keys of one kind as "A:B, C"; NULL when there are none or no memory. The caller frees. */
char *config_faults_keys(const struct config_faults *faults, enum fault_kind kind);
