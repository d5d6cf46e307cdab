/*
 * heap/builder.h - a heap as it is told: types, objects in the order of a heap walk, their
 * references by address, roots. All of it in any order, except that references come in the order of
 * their objects; resolved at the end.
 */
#pragma once

#include "src/heap/graph.h"

struct heap_builder;

enum heap_root_kind {
    HEAP_ROOT_LOCAL,
    HEAP_ROOT_FINALIZER,
    HEAP_ROOT_STRONG,
    HEAP_ROOT_PINNING,
    HEAP_ROOT_REFCOUNTED,
    HEAP_ROOT_OTHER,
    HEAP_ROOT_DEPENDENT, /* by a dependent handle whose key is no object of the heap */
    HEAP_ROOT_STATIC,
    HEAP_ROOT_THREAD_STATIC,
};

struct heap_static {
    uint64_t object, type; /* address; id of the type that has the field */
    const char *field;
    bool of_thread;
};

int heap_builder_new(const char *const *folders, struct heap_builder **ret, struct error *err);
void heap_builder_free(struct heap_builder *b);

/* Names as the runtime tells them. What was said of the same id before is replaced. -ENOMEM, or
 * -E2BIG above a limit. */
int heap_add_type(struct heap_builder *b, uint64_t id, uint64_t module, const char *name,
                  struct error *err);
int heap_add_module(struct heap_builder *b, uint64_t id, const char *path, struct error *err);

/* The next object, whose references are the next `edges` of heap_add_edge(). */
int heap_add_node(struct heap_builder *b, uint64_t address, uint64_t type, uint64_t size,
                  uint64_t edges, struct error *err);
int heap_add_edge(struct heap_builder *b, uint64_t target, struct error *err);

/* References are missing, or objects: from here on it is not known which belong together. What
 * follows is taken as objects without references. */
void heap_cut_edges(struct heap_builder *b);

int heap_add_root(struct heap_builder *b, enum heap_root_kind kind, uint64_t object,
                  struct error *err);
int heap_add_static(struct heap_builder *b, const struct heap_static *field, struct error *err);
/* `value` lives as long as `key`. */
int heap_add_dependent(struct heap_builder *b, uint64_t key, uint64_t value, struct error *err);

uint64_t heap_builder_objects(const struct heap_builder *b);
uint64_t heap_builder_bytes(const struct heap_builder *b);

/* Does what takes long now. For when all but names has been told, and there is time to wait; what
 * is told afterwards, makes it be done again. */
void heap_builder_prepare(struct heap_builder *b);

/* The graph is the caller's; `origin` is copied to it. The builder is empty then, to be freed. */
int heap_builder_finish(struct heap_builder *b, const struct heap_origin *origin,
                        struct heap_graph **ret, struct error *err);
