/*
 * api/openapi/schema.h - the shape of a value: of a parameter, of a body, of an answer.
 *
 * Shapes are tables (schemas.c, params.c). Three readers share them: the OpenAPI document, the
 * binder of queries (call.h) and the check of bodies (body.h); so what is documented is what is
 * accepted. Names, types, formats, enums and defaults are the peer's (contract/openapi.json);
 * sentences are our own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum schema_type {
    SCHEMA_STRING,
    SCHEMA_INTEGER,
    SCHEMA_BOOLEAN,
    SCHEMA_OBJECT, /* `members` */
    SCHEMA_ARRAY,  /* elements as `of` */
    SCHEMA_MAP,    /* any names, values as `of` */
    SCHEMA_SAME,   /* as the component `of` */
};

enum {
    SCHEMA_COMPONENT = 1 << 0, /* has a name of its own: others refer to it */
    SCHEMA_NULLABLE = 1 << 1,
    SCHEMA_REQUIRED = 1 << 2,  /* as a member */
    SCHEMA_NOT_EMPTY = 1 << 3, /* at least one character or element */
    SCHEMA_UNIQUE = 1 << 4,    /* no element twice */
    SCHEMA_RANGE = 1 << 5,     /* `min` to `max` */
    SCHEMA_OPEN = 1 << 6,      /* an object that may have further members */
    SCHEMA_FLAGS = 1 << 7,     /* an enum whose names stand for bits and may be combined */
    SCHEMA_OURS = 1 << 8,      /* a parameter or member that the peer does not have: accepted, but
                                  not in the document, which is equal to the peer's */
};

struct schema {
    const char *name; /* of the member, parameter or component; NULL for elements */
    enum schema_type type;
    unsigned flags;
    const struct schema *of;      /* ARRAY, MAP, SAME */
    const struct schema *members; /* OBJECT: up to the one without name */
    const char *const *values;    /* names of an enum, up to NULL */
    const char *const *more;      /* accepted too, numbered after `values`; not in the document */
    int first;                    /* number of values[0], unless SCHEMA_FLAGS: that is 1, 2, 4... */
    const char *format;           /* "int32", "uuid"... */
    const char *fallback;         /* what counts when it is absent, as text */
    const char *example;
    const char *sentence;
    int32_t min, max;
};

/* Every component, by name, up to NULL. */
extern const struct schema *const schema_components[];

/* Those that routes and parameters name. */
extern const struct schema schema_capture_parameters_configuration, schema_collection_rule,
    schema_collection_rule_details, schema_dump_type, schema_event_metrics_configuration,
    schema_event_level, schema_event_pipe_configuration, schema_exceptions_configuration,
    schema_info, schema_log_level, schema_logs_configuration, schema_operation_status,
    schema_operation_summary, schema_problem, schema_process_identifier, schema_process_info,
    schema_trace_profile, schema_validation_problem;

/* The component behind a SCHEMA_SAME, else the schema itself. */
static inline const struct schema *schema_real(const struct schema *s)
{
    return s->type == SCHEMA_SAME ? s->of : s;
}

/* A decimal number of 32 bits, sign and blanks around it allowed, as .NET reads integers. */
bool schema_read_integer(const char *text, int32_t *ret);

/* The same of 64 bits. */
bool schema_read_long(const char *text, int64_t *ret);

/*
 * Reads an enum as .NET does: one decimal number, or names without case separated by commas, blanks
 * around each allowed; the numbers of several names are or-ed. False when a name is unknown, or
 * when the result is no value of the enum (the peer refuses that too, but later).
 */
bool schema_read_enum(const struct schema *s, const char *text, int32_t *ret);
