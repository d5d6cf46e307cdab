/*
 * net/curl_loop.h - transfers of libcurl on the loop: its sockets and its timer are watched,
 * nothing blocks. Connections are kept for the next transfer to the same server.
 */
#pragma once

#include <uv.h>

#include "src/base/error.h"
#include "src/base/list.h"
#include "src/net/curl_library.h"

struct curl_loop;

/* Embedded in its owner, who makes and frees `easy`. */
struct curl_transfer {
    struct list node;
    CURL *easy;
    void (*on_done)(void *user, CURLcode result); /* it has left the loop; the owner may free it,
                                                     and the curl_loop */
    void *user;
};

/* -ENOSYS without libcurl. */
int curl_loop_new(uv_loop_t *loop, struct curl_loop **ret, struct error *err);

/* No transfer is left. NULL is accepted. */
void curl_loop_free(struct curl_loop *l);

const struct curl_library *curl_loop_library(const struct curl_loop *l);

/* on_done comes once, later, from the loop. */
int curl_loop_add(struct curl_loop *l, struct curl_transfer *t, struct error *err);

/* on_done will not come. */
void curl_loop_remove(struct curl_loop *l, struct curl_transfer *t);
