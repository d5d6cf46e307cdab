#include "src/api/host_filter.h"
#include "tests/support/check.h"

/* As ASP.NET 10 answered with this list (400 or not). */
static const char list[] = "diag.example.org; *.wild.org;[::1];127.0.0.1:99;;xn--bcher-kva.de ";

static const struct {
    const char *hosts, *host;
    bool allowed;
} rows[] = {
    {list, "diag.example.org", true},
    {list, "DIAG.example.org:47402", true},
    {list, "foo", false},
    {list, "a.wild.org", true},
    {list, "a.b.wild.org:8080", true},
    {list, "wild.org", false},
    {list, ".wild.org", false},
    {list, "xwild.org", false},
    {list, "[::1]", true},
    {list, "[::1]:80", true},
    {list, "::1", false},
    {list, "[::1", false},
    {list, "[::1]x", false},
    {list, "127.0.0.1", false},
    {list, "127.0.0.1:99", false},
    {list, "", true},
    {list, "diag.example.org.", false},
    {list, "xn--bcher-kva.de", true},
    {list, "diag.example.org:abc", false},
    {list, "diag.example.org:", false},
    {list, "diag.example.org:80:80", false},
    {list, ":80", false},
    {"*", "anything", true},
    {"*", "nonsense::", true},
    {"", "anything", true},
    {" ; ", "anything", true},
    {"a;*", "b", true},
    {"0.0.0.0", "b", true},
    {"[::]", "b", true},
    {"*.", "b.", false},
    {"**", "b", false},
    {"a", "b", false},
    {"a", "ab", false},
    {"ab", "a", false},
};

static void test_rows(void)
{
    char label[128];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)snprintf(label, sizeof label, "'%s' by '%s'", rows[i].host, rows[i].hosts);
        CHECK_AT(label, host_filter_allows(rows[i].hosts, rows[i].host) == rows[i].allowed);
    }
}

TEST_SUITE("api/host_filter", {"rows", test_rows})
