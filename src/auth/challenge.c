#include "src/auth/challenge.h"

#include <stdio.h>

static const char before[] = "Bearer error=\"invalid_token\", error_description=\"";

/* The description holds texts of the token. */
static size_t add_safe(char *out, size_t room, const char *text)
{
    size_t n = 0;

    for (; text[n] && n < room; n++)
        out[n] =
            text[n] < ' ' || text[n] > '~' || text[n] == '"' || text[n] == '\\' ? '?' : text[n];
    return n;
}

void challenge_set(struct auth_answer *answer, const char *description)
{
    char *out = answer->challenge;

    answer->verdict = AUTH_UNKNOWN;
    if (!description || !*description) {
        (void)snprintf(out, sizeof answer->challenge, "%s",
                       description ? "Bearer error=\"invalid_token\"" : "Bearer");
        return;
    }
    (void)snprintf(out, sizeof answer->challenge, "%s", before);
    size_t n = sizeof before - 1;
    n += add_safe(out + n, sizeof answer->challenge - sizeof before - 1, description);
    out[n] = '"';
    out[n + 1] = '\0';
}
