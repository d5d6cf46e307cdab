/*
 * base/list.h - an intrusive doubly linked list: the links live in the object, nothing is
 * allocated.
 *
 * A node that is in no list points to itself; list_remove() of it does nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/base/cleanup.h"

struct list {
    struct list *next, *prev;
};

static inline void list_init(struct list *l)
{
    l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
    return l->next == l;
}

static inline void list_append(struct list *head, struct list *node)
{
    node->prev = head->prev;
    node->next = head;
    head->prev->next = node;
    head->prev = node;
}

static inline void list_remove(struct list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_init(node);
}

/* Walks `head`; the current node may be removed and freed, others may not. */
#define list_each(it, head, type, member)                                                          \
    for (type *it = container_of((head)->next, type, member),                                      \
              *it##_next = container_of(it->member.next, type, member);                            \
         &it->member != (head);                                                                    \
         it = it##_next, it##_next = container_of(it->member.next, type, member))
