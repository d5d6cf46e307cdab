#include "src/config/checks.h"
#include "src/config/shape.h"
#include "src/config/timespan.h"

/* One row of each kind. */
#define VALUE(kind, name, def, lo, hi, marks, text)                                                \
    {.key = name,                                                                                  \
     .fallback = def,                                                                              \
     .sentence = text,                                                                             \
     .type = &type_##kind,                                                                         \
     .min = lo,                                                                                    \
     .max = hi,                                                                                    \
     .flags = marks},
#define ITEMS(many, kind, name, marks, text)                                                       \
    {.key = name,                                                                                  \
     .fallback = "",                                                                               \
     .sentence = text,                                                                             \
     .type = &type_##kind,                                                                         \
     .count = many,                                                                                \
     .flags = marks},
#define VALUES(kind, name, marks, text) ITEMS(KEY_LIST, kind, name, marks, text)
#define VALUE_MAP(kind, name, marks, text) ITEMS(KEY_MAP, kind, name, marks, text)
#define SHAPED(many, form, kind, name, marks, text)                                                \
    {.key = name,                                                                                  \
     .fallback = "",                                                                               \
     .sentence = text,                                                                             \
     .type = kind,                                                                                 \
     .shape = &shape_##form,                                                                       \
     .count = many,                                                                                \
     .flags = marks},
#define OBJECT(form, name, marks, text) SHAPED(KEY_ONE, form, NULL, name, marks, text)
#define OBJECTS(form, name, marks, text) SHAPED(KEY_LIST, form, NULL, name, marks, text)
#define OBJECT_MAP(form, name, marks, text) SHAPED(KEY_MAP, form, NULL, name, marks, text)
#define NAMED(form, name, marks, text) SHAPED(KEY_ONE, form, &type_template, name, marks, text)
#define NAMEDS(form, name, marks, text) SHAPED(KEY_LIST, form, &type_template, name, marks, text)
#define VARIANT(choice, name, marks, text)                                                         \
    {.key = name, .fallback = "", .sentence = text, .variants = choice, .flags = marks},
#define FREE(name, marks, text)                                                                    \
    {.key = name, .fallback = "", .sentence = text, .flags = (marks) | OPTION_FREE},

#define SHAPE(name) static const struct key_row name##_rows[] = {
/* An empty row at the end: a shape may have no members of its own. */
#define END(id, rules)                                                                             \
    {                                                                                              \
        0                                                                                          \
    }                                                                                              \
    }                                                                                              \
    ;                                                                                              \
    static const struct shape shape_##id = {                                                       \
        .name = #id,                                                                               \
        .rows = id##_rows,                                                                         \
        .count = sizeof id##_rows / sizeof id##_rows[0] - 1,                                       \
        .check = rules,                                                                            \
    };

#define VARIANTS(id) static const struct key_variant id[] = {
#define CHOICE_OF(id) {#id, &shape_##id},
#define CHOICE_WITHOUT(id) {#id, NULL},
#define VARIANTS_END                                                                               \
    {                                                                                              \
        NULL, NULL                                                                                 \
    }                                                                                              \
    }                                                                                              \
    ;

/* In this order: members before what holds them. */
/* clang-format off */
#include "src/config/shapes.def"
#include "src/config/shapes_egress.def"
#include "src/config/shapes_rules.def"
#include "src/config/shapes_root.def"
/* clang-format on */

const struct shape *const shape_root = &shape_Root;
