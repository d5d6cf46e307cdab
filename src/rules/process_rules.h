/*
 * rules/process_rules.h - all rules of one process.
 *
 * Until each of them is ready, the process is not resumed (target/attach.h).
 */
#pragma once

#include "src/rules/rule.h"

struct process_rules {
    struct list link;
    struct target *target;
    struct rules_context *context;
    const struct definitions *definitions;
    struct rule **rules; /* by definition; NULL: faulty, or not for this process */
    bool held;           /* the process waits for us */
    bool applied;        /* rules have been started, as far as they are for it */
    bool ready;          /* all have been, once */
    size_t waiting;      /* rules that are not ready yet */
};

/* Holds the process. `definitions` is borrowed. NULL: no memory. */
struct process_rules *process_rules_new(struct rules_context *context,
                                        const struct definitions *definitions,
                                        struct target *target);

/* The process has told who it is: starts the rules that mean it; later, when it has told more, also
 * those that did not seem to. */
void process_rules_apply(struct process_rules *p);

/* It has told nothing for too long: it goes on. */
void process_rules_release(struct process_rules *p);

/* Frees it. ACTION_CANCEL: this program ends, and nothing is told. */
void process_rules_end(struct process_rules *p, enum action_end how);
