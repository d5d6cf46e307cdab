/*
 * exceptions/names.h - what is known of the code of one process: the methods that threw or were on
 * the way to one that threw, modules with their versions, and where types of exceptions come from.
 *
 * Kept between requests, so that a process is asked only about code that nobody has seen. Only
 * names of wanted code are kept: memory is that of the stacks, whatever the size of the app.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "src/base/number_map.h"
#include "src/exceptions/filter.h"
#include "src/exceptions/record.h"
#include "src/profile/limits.h"
#include "src/profile/method_map.h"
#include "src/profile/stack_resolver.h"

struct exception_module_version {
    uint64_t module;
    struct guid version;
};

/* The module of a type, by a constructor of it that the runtime has compiled. */
struct exception_type {
    uint32_t name; /* in `types`: without outer types and arguments */
    uint64_t module;
    bool ambiguous; /* there are several of that name */
};

struct exception_names {
    struct method_map methods;
    struct number_map nameless; /* addresses in no method: stubs of the runtime */
    bool native;                /* the runtime tells no methods at all (NativeAOT) */
    struct exception_module_version *versions;
    size_t version_count;
    struct names types;
    struct exception_type *known_types;
    size_t known_type_count;
    char frame[PROFILE_NAME + 2]; /* type and method that a subject points to */
};

/* A zeroed one is empty. */
void exception_names_deinit(struct exception_names *n);

/* Would asking the process bring more? */
bool exception_names_lack(struct exception_names *n, struct exception_record *r);

/* What filters compare, of the frame that threw. Valid until the names change. */
struct exception_subject exception_names_subject(struct exception_names *n,
                                                 const struct exception_record *r);

/* File name of the module that an exception's type is in; "" when it is not known. */
const char *exception_names_module(struct exception_names *n, const char *type);

/* Appends the frames of a record to the resolver's `stacks`, which has room for them and holds
 * `*used`. Frames of the throw itself, inside the runtime, are left out, and so are stubs. False:
 * no memory. */
bool exception_names_resolve(struct exception_names *n, struct stack_resolver *v,
                             const struct exception_record *r, size_t *used,
                             struct stack_thread *ret);

/* Fills in the versions of modules. */
void exception_names_add_versions(const struct exception_names *n, struct thread_stacks *s);

/* --- for who fills it --- */

/* The part of a type's name that events and names of methods agree on: behind the outer types,
 * before the arguments. */
const char *exception_type_key(const char *type, size_t *ret_size);

/* A constructor was seen. */
void exception_names_add_type(struct exception_names *n, const char *key, size_t size,
                              uint64_t module);

/* Reads the versions of modules with methods; reads files. `pid` in our own namespace; 0: none. */
void exception_names_read_versions(struct exception_names *n, pid_t pid);
