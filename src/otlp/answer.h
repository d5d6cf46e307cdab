/*
 * otlp/answer.h - what a collector has answered: Export*ServiceResponse in JSON.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { ANSWER_MESSAGE = 256 };

struct answer {
    int64_t rejected;             /* data points or records */
    char message[ANSWER_MESSAGE]; /* UTF-8, cut; "" if none */
};

/* Any bytes: what cannot be understood has rejected nothing. */
void answer_parse(const char *body, size_t size, struct answer *ret);
