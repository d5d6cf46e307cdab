#include "src/config/faults.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/base/limits.h"
#include "src/base/text.h"

static void free_fault(struct config_fault *f)
{
    free(f->key);
    free(f->origin);
    free(f->text);
}

void config_faults_deinit(struct config_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++)
        free_fault(&faults->items[i]);
    free(faults->items);
    *faults = (struct config_faults){0};
}

static bool make_room(struct config_faults *faults)
{
    if (faults->count < faults->capacity)
        return true;
    size_t capacity = faults->capacity ? faults->capacity * 2 : 16;
    struct config_fault *items = realloc(faults->items, capacity * sizeof *items);
    if (!items)
        return false;
    faults->items = items;
    faults->capacity = capacity;
    return true;
}

void config_faults_add(struct config_faults *faults, enum fault_kind kind, const char *key,
                       const char *origin, const char *fmt, ...)
{
    struct config_fault f = {.kind = kind};
    va_list ap;

    faults->kinds[kind]++;
    if (faults->count >= LIMIT_CONFIG_FAULTS || !make_room(faults)) {
        faults->dropped++;
        return;
    }
    va_start(ap, fmt);
    if (vasprintf(&f.text, fmt, ap) < 0)
        f.text = NULL;
    va_end(ap);
    f.key = strdup(key);
    f.origin = strdup(origin);
    if (f.text && f.key && f.origin) {
        faults->items[faults->count++] = f;
        return;
    }
    free_fault(&f);
    faults->dropped++;
}

void config_faults_print(const struct config_faults *faults, FILE *out)
{
    static const char *const names[FAULT_KINDS] = {
        [FAULT_ERROR] = "error",
        [FAULT_WARNING] = "warning",
        [FAULT_UNKNOWN] = "warning",
        [FAULT_LATER] = "note",
    };

    for (size_t i = 0; i < faults->count; i++) {
        const struct config_fault *f = &faults->items[i];
        (void)fprintf(out, "%s: %s (%s): %s\n", names[f->kind], f->key, f->origin, f->text);
    }
    if (faults->dropped)
        (void)fprintf(out, "... and %zu more\n", faults->dropped);
}

int config_faults_summary(const struct config_faults *faults, struct error *err)
{
    enum { ROOM_FOR_REST = 32 };
    size_t told = 0;

    if (!faults->kinds[FAULT_ERROR])
        return 0;
    *err = (struct error){.code = -EINVAL};
    for (size_t i = 0; i < faults->count; i++) {
        const struct config_fault *f = &faults->items[i];
        size_t size = strlen(f->key) + strlen(f->origin) + strlen(f->text) + sizeof " (): \n";
        if (f->kind != FAULT_ERROR)
            continue;
        if (told && strlen(err->text) + size + ROOM_FOR_REST > sizeof err->text)
            break;
        (void)error_append(err, "%s%s (%s): %s", told ? "\n" : "", f->key, f->origin, f->text);
        told++;
    }
    if (told < faults->kinds[FAULT_ERROR])
        (void)error_append(err, "\n... and %zu more", faults->kinds[FAULT_ERROR] - told);
    return err->code;
}

char *config_faults_keys(const struct config_faults *faults, enum fault_kind kind)
{
    struct text found = {0};

    for (size_t i = 0; i < faults->count; i++) {
        if (faults->items[i].kind == kind)
            text_add_fmt(&found, "%s%s", found.size ? ", " : "", faults->items[i].key);
    }
    return found.size ? text_take(&found) : NULL;
}
