/* A Host header against a list; the first line is the list. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/api/host_filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    char *line = strchr(text, '\n');
    if (line) {
        *line = '\0';
        bool allowed = host_filter_allows(text, line + 1);
        if (!allowed && (line[1] == '\0' || strcmp(text, "*") == 0))
            abort();
    }
    if (!host_filter_allows("*", text) ||
        (*text && host_filter_allows("a.example;*.b.example", text) && !strstr(text, "xample") &&
         !strcasestr(text, "xample")))
        abort();
    free(text);
    return 0;
}
