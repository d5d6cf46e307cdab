/*
 * support/otlp_receiver.h - an OpenTelemetry collector as far as OTLP/HTTP in JSON goes: it takes
 * requests on a thread of its own, answers by a script, and keeps what came.
 *
 * A request that is taken (status 200) is checked as a strict receiver would: every member is one
 * of the protocol's, of the type that its JSON mapping has.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct otlp_receiver;

struct otlp_answer {
    int status;          /* 0: the connection is closed without an answer */
    const char *headers; /* "Name: value\r\n..."; NULL: none */
    const char *body;    /* NULL: {} */
    int delay_ms;        /* before it */
};

enum { OTLP_SCRIPT = 8 };

/* One that came. */
struct otlp_request {
    char *path, *head; /* head: all of it */
    char *body;        /* decompressed, NUL-terminated */
    size_t size, wire_size;
    int status; /* that it got */
    long long at_ms;
    char *fault; /* why a strict receiver would refuse it; NULL: it would not */
};

/* Ends with the test. */
struct otlp_receiver *otlp_receiver_start(void);

/* "http://127.0.0.1:PORT" */
const char *otlp_receiver_url(const struct otlp_receiver *r);

/* For the next requests, up to the first of status -1; then 200. */
void otlp_receiver_script(struct otlp_receiver *r,
                          const struct otlp_answer script[static OTLP_SCRIPT]);

/* Nobody listens on the port any more; and again. */
void otlp_receiver_stop(struct otlp_receiver *r);
void otlp_receiver_resume(struct otlp_receiver *r);

int otlp_receiver_count(struct otlp_receiver *r);

/* The i-th request, i < count; lives until the end of the test. */
const struct otlp_request *otlp_receiver_request(struct otlp_receiver *r, int i);

/* The newest point of this metric of a process, in requests that were taken; NULL: none. `kind`:
 * gauge, sum, summary; `labels`: "k=v,k=v", all of the point's attributes. `ret_metric` may be
 * NULL. */
const cJSON *otlp_receiver_point(struct otlp_receiver *r, const char *service, const char *scope,
                                 const char *name, const char *kind, const char *labels,
                                 const cJSON **ret_metric);

/* The first log record with this body; NULL: none. */
const cJSON *otlp_receiver_record(struct otlp_receiver *r, const char *body);

/* Of a list of attributes: the value as text, "" when it is not there. */
const char *otlp_attribute(const cJSON *attributes, const char *key);
