/*
 * fuzz/fuzz_exposition.c - a page of metrics. All strings of what was read are inside its copy.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/exposition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *page = calloc(1, size + 1);
    struct exposition e;
    struct error err;
    size_t sum = 0;

    if (!page)
        return 0;
    memcpy(page, data, size);
    if (exposition_parse(page, &e, &err) == 0) {
        for (size_t i = 0; i < e.count; i++) {
            const struct exposition_sample *s = &e.samples[i];
            sum += strlen(s->name) + strlen(s->help);
            for (size_t l = 0; l < s->label_count; l++)
                sum += strlen(s->labels[l].name) + strlen(s->labels[l].value);
        }
        if (sum > 0 && e.count == 0)
            abort();
        exposition_deinit(&e);
    }
    free(page);
    return 0;
}
