/*
 * profile/thread_stacks.h - where each thread of a process was at one moment.
 *
 * Made by profile/stack_recorder, read by profile/stack_format. A plain value: frames and modules
 * are numbers into its arrays, texts are numbers into `names`. Equal frames have equal numbers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/guid.h"
#include "src/profile/names.h"

/* Runtimes tell no more frames of a stack, from the leaf (ep-stack-contents: 100 in .NET 8 to 10).
 */
enum { STACK_RUNTIME_DEPTH = 100 };

enum stack_frame_kind {
    STACK_METHOD,
    STACK_NATIVE,  /* not a method: a stub on its way to native code */
    STACK_UNKNOWN, /* its name was lost, or has not come */
};

struct stack_frame {
    enum stack_frame_kind kind;
    uint32_t type;      /* Namespace.Outer+Inner[Arguments]; "" for none */
    uint32_t method;    /* without arguments */
    uint32_t arguments; /* "(class System.Object,int32)", or "" */
    uint32_t token;
    uint32_t module; /* STACK_NO_MODULE: unknown */
};

enum { STACK_NO_MODULE = UINT32_MAX };

struct stack_module {
    uint64_t id;         /* in the runtime */
    uint32_t file;       /* "System.Private.CoreLib.dll" */
    uint32_t path;       /* as the process sees it; "" for none */
    struct guid version; /* zero: unknown */
};

struct stack_thread {
    uint64_t id;   /* in the OS, as the process's own container counts */
    uint32_t name; /* NAMES_NONE: none */
    size_t first;  /* of its frames in `stacks` */
    size_t depth;
    bool truncated; /* there is more below that the runtime does not tell */
    char state;     /* of /proc/PID/task/TID/stat, a moment later: 'R', 'S'...; 0: not known */
    bool external;  /* it was not in managed code: it waited, or was in native code */
};

struct thread_stacks {
    struct names names;
    struct stack_frame *frames;
    size_t frame_count, frame_capacity;
    struct stack_module *modules;
    size_t module_count, module_capacity;
    struct stack_thread *threads; /* by id */
    size_t thread_count;
    struct stack_thread *others; /* stacks that were to be named too; frames and `truncated` only */
    size_t other_count;
    uint32_t *stacks; /* frames of all threads and others, leaf first */
    size_t truncated; /* threads */
    size_t unknown;   /* frames of all threads */
    uint64_t lost;    /* events */
    uint64_t rundown; /* events that tell names */
    uint64_t dropped; /* threads, methods past a limit or out of memory */
    bool whole;       /* the stream had its end */
};

void thread_stacks_deinit(struct thread_stacks *s);

/* All that the runtime knows is there: threads, and a name for each method. */
bool thread_stacks_complete(const struct thread_stacks *s);

/* What is missing, for people; "" when nothing is. */
const char *thread_stacks_missing(const struct thread_stacks *s, char *text, size_t capacity);

static inline const char *stack_text(const struct thread_stacks *s, uint32_t name)
{
    return name == NAMES_NONE ? "" : names_get(&s->names, name);
}
