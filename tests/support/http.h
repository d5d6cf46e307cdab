/*
 * support/http.h - an HTTP client for tests: whole answers, and clients that misbehave.
 *
 * Each request has a connection of its own, closed with the answer. Results live until the test
 * has ended. Nothing here fails a test by itself: the result says what happened.
 */
#pragma once

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_request {
    const char *method; /* NULL: GET */
    const char *url;
    const char *headers[4];  /* up to the first NULL */
    const char *body;        /* sent when not NULL */
    const char *save_to;     /* file for the body; NULL: memory */
    size_t abort_after;      /* > 0: cut the connection after so many body bytes */
    size_t hold_after;       /* > 0: read no more after so many body bytes until http_release() */
    size_t bytes_per_second; /* > 0: read no faster */
    const char *client;      /* PEM file with certificate and key to show over TLS; NULL: none */
    int timeout_ms;          /* exact; 0: 120 s */
};

struct http {
    struct http_request request;
    /* Valid once it has ended: */
    CURLcode result; /* CURLE_OK: the answer came whole */
    long status;     /* 0: no answer */
    char *head;      /* status line and headers as they came */
    char *body;      /* NUL-terminated, never NULL; empty with save_to */
    /* Valid at any time: */
    atomic_size_t received; /* body bytes */
    atomic_llong first_ms;  /* clock_monotonic_ms() of the first body byte; 0: none */
    atomic_bool ended;
    /* Inner: */
    atomic_bool leaving;
    size_t head_size, body_size, body_capacity;
    FILE *file;
    pthread_t thread;
    bool threaded, joined, released;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

/* The PEM file of the authorities that https servers of this test must have; NULL: the system's. */
void http_trust(const char *path);

/* Runs the request to its end. */
struct http *http_run(const struct http_request *request);

/* Runs it on a thread of its own; http_wait() tells whether it has ended within `ms`. */
struct http *http_start(const struct http_request *request);
bool http_wait(struct http *h, int ms);

/* The client goes away: its connection is cut within a second; waits until it is. */
void http_leave(struct http *h);

/* Lets a request go on that holds at `hold_after`. */
void http_release(struct http *h);

/* GET and DELETE of a formatted address. */
__attribute__((format(printf, 1, 2))) struct http *http_get(const char *fmt, ...);
__attribute__((format(printf, 1, 2))) struct http *http_delete(const char *fmt, ...);

/* Value of the first header of this name (case does not matter); NULL when there is none. */
const char *http_header(const struct http *h, const char *name);
