#include <stdlib.h>

#include "src/config/reference.h"
#include "tests/support/check.h"

static char *print(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    reference_print(out);
    (void)fclose(out);
    return text;
}

static void test_rows(void)
{
    static const char *const wanted[] = {
        "\n## Storage\n",
        "| `Storage:DumpTransport` | choice: File, Pipe | `File` |  | no |  | ",
        "| `DiagnosticPort` | text | ",
        "| `DiagnosticPort:SocketMode` | file mode | `0666` | 0000 to 0777 | no | ",
        "| `Kestrel:Certificates:Default:Password` | text |  |  | yes | secret | ",
        "| `Authentication:MonitorApiKey:Subject` | text |  |  | yes | required | ",
        "| `Authentication:Keys:NAME:Subject` | text |  |  | yes | required, own | ",
        "| `Metrics:MetricCount` | whole number | `3` | at least 1 | yes |  | ",
        "| `GlobalCounter:IntervalSeconds` | number | `5` | 1 to 86400 | yes |  | ",
        "| `Logging:LogLevel:NAME` | choice: Trace,",
        "| `CollectionRules:NAME:Trigger` | object, or name of a template | ",
        "| `CollectionRules:NAME:Actions:N:Settings` | object by `Type` | ",
        "| `Templates:CollectionRuleActions:NAME:...` | object | ",
        "\n## Settings of triggers\n",
        "\n### AspNetRequestCount\n",
        "| `Settings:SlidingWindowDuration` | duration | `00:01:00` | 00:00:01 to 1.00:00:00 | yes",
        "\n### Startup\n\nNo settings.\n",
        "\n## Settings of actions\n",
        "| `Settings:Providers:N:Arguments:NAME` | text | ",
        "| `Egress:*` | anything |  |  | yes | secret, later | ",
    };
    char *text = print();

    REQUIRE(text != NULL);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        CHECK_AT(wanted[i], strstr(text, wanted[i]) != NULL);
#define OPTION(type, field, key, ...) CHECK_AT(key, strstr(text, "| `" key "` | "));
#include "src/config/options.def"
#undef OPTION
    free(text);
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
        n++;
    return n;
}

/* A key that is in both tables is printed once, each section once. */
static void test_once(void)
{
    char *text = print();

    REQUIRE(text != NULL);
    CHECK(count(text, "| `Kestrel:Certificates:Default:Path` |") == 1);
    CHECK(count(text, "| `Logging:LogLevel:Default` |") == 1);
    CHECK(count(text, "\n## Metrics\n") == 1 && count(text, "\n## DiagnosticPort\n") == 1);
    free(text);
}

TEST_SUITE("config/reference", {"rows", test_rows}, {"once", test_once})
