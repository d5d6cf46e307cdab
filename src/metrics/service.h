/*
 * metrics/service.h - keeps the metrics of all processes that are meant: those of the default
 * process that is configured, or all when none is.
 *
 * Follows the registry without polling. One session per process, for all who want its metrics.
 */
#pragma once

#include "src/metrics/kept_page.h"
#include "src/metrics/scrape.h"
#include "src/metrics/self.h"
#include "src/target/registry.h"

struct metrics_service;

/* Borrowed until metrics_service_free(), which comes before feeds_free() and registry_free(). Of
 * `keys` what is needed is copied. */
int metrics_service_new(struct registry *registry, struct feeds *feeds,
                        const struct config_keys *keys, struct metrics_service **ret,
                        struct error *err);

/* Leaves all sessions; NULL is fine. */
void metrics_service_free(struct metrics_service *m);

/* The settings have changed, or what the default process is. Where metrics are concerned, all begin
 * anew with an empty store; else they go on. */
void metrics_service_reload(struct metrics_service *m, const struct config_keys *keys);

/* Another one after metrics_service_reload(). */
struct metric_store *metrics_service_store(const struct metrics_service *m);

const struct feeds *metrics_service_feeds(const struct metrics_service *m);

/* Head of the list of struct scrape. */
const struct list *metrics_service_scrapes(const struct metrics_service *m);

/* Of that store. */
struct kept_page *metrics_service_page(struct metrics_service *m);

/* portside's own values. `dump_folder`: need not be there yet; NULL if there is none. */
void metrics_service_self(const struct metrics_service *m, const char *dump_folder,
                          struct metrics_self *ret);

/* That of a target; NULL: none, or no service. */
struct scrape *metrics_service_scrape(struct metrics_service *m, const struct target *t);

/* That of a process of the store. */
const struct scrape *metrics_service_find(const struct metrics_service *m,
                                          const struct metric_process *p);
