/* Names of scopes. */
#include <errno.h>

#include "src/auth/scope.h"
#include "tests/support/check.h"

static const struct row {
    const char *names;
    int result;
    unsigned scopes;
} rows[] = {
    {"metrics", 0, SCOPE_METRICS},
    {"read,trace", 0, SCOPE_READ | SCOPE_TRACE},
    {" Read ; TRACE gcdump\tdump,env,config ", 0,
     SCOPE_READ | SCOPE_TRACE | SCOPE_GCDUMP | SCOPE_DUMP | SCOPE_ENV | SCOPE_CONFIG},
    {"*", 0, SCOPE_ALL},
    {"", 0, 0},
    {" , ", 0, 0},
    {"admin", -EINVAL, 0},
    {"read,dumps", -EINVAL, 0},
    {"rea", -EINVAL, 0},
    {"**", -EINVAL, 0},
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error err = {0};
        unsigned scopes = 0;
        CHECK_AT(rows[i].names, scope_parse(rows[i].names, &scopes, &err) == rows[i].result);
        CHECK_AT(rows[i].names, scopes == rows[i].scopes);
        CHECK_AT(rows[i].names, !rows[i].result || strstr(err.text, "metrics, read"));
    }
}

TEST_SUITE("auth/scope", {"rows", test_rows})
