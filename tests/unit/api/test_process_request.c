#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "tests/unit/api/exchange_pair.h"

/* The exchange ends with the answer, so what it lends is copied. */
struct seen {
    bool ok;
    struct process_keys keys;
    struct process_query query;
    char name[64];
};

static void on_request(void *user, struct http_exchange *x)
{
    struct seen *s = user;

    s->ok = process_keys_read(x, &s->keys);
    if (!s->ok)
        return; /* answered */
    s->query = process_keys_query(&s->keys);
    (void)snprintf(s->name, sizeof s->name, "%s", s->keys.name ? s->keys.name : "");
    reply_empty(x, 200);
}

#define UID "a5a1f078-c687-4775-bab9-ed23d23a740f"

static const struct {
    const char *target;
    bool ok;
    const char *pid, *name; /* "" absent */
    bool uid;
} rows[] = {
    {"/process", true, "", "", false},
    {"/process?pid=12", true, "12", "", false},
    {"/process?PID=12", true, "12", "", false},
    {"/process?pid=%2B12", true, "12", "", false},
    {"/process?pid=007", true, "7", "", false},
    {"/process?pid=-1", true, "-1", "", false},
    {"/process?pid=2147483647", true, "2147483647", "", false},
    {"/process?pid=2147483648", false, "", "", false},
    {"/process?pid=-2147483649", false, "", "", false},
    {"/process?pid=", false, "", "", false},
    {"/process?pid=x", false, "", "", false},
    {"/process?pid=12x", false, "", "", false},
    {"/process?pid=0x10", false, "", "", false},
    {"/process?pid=99999999999999999999999", false, "", "", false},
    {"/process?uid=" UID, true, "", "", true},
    {"/process?uid=A5A1F078C6874775BAB9ED23D23A740F", true, "", "", true},
    {"/process?uid=%7B" UID "%7D", true, "", "", true},
    {"/process?uid=zzz", false, "", "", false},
    {"/process?uid=a5a1f078-c687-4775-bab9-ed23d23a740", false, "", "", false},
    {"/process?name=dotnet", true, "", "dotnet", false},
    {"/process?name=my%20app", true, "", "my app", false},
    {"/process?name=", true, "", "", false},
    {"/process?pid=12&uid=" UID "&name=dotnet", true, "12", "dotnet", true},
    {"/process?pid=12&uid=no", false, "", "", false},
    {"/process?other=1", true, "", "", false},
};

static void test_keys(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *label = rows[i].target;
        struct seen s = {0};
        char uid[GUID_TEXT_SIZE];
        const char *got = exchange_answer(label, on_request, &s);
        CHECK_AT(label, s.ok == rows[i].ok);
        CHECK_AT(label, strncmp(got, rows[i].ok ? "HTTP/1.1 200 " : "HTTP/1.1 400 ", 13) == 0);
        CHECK_AT("no body, as the peer", exchange_body(got)[0] == '\0');
        if (!rows[i].ok)
            continue;
        CHECK_AT(label, strcmp(s.keys.pid, rows[i].pid) == 0 && strcmp(s.name, rows[i].name) == 0);
        CHECK_AT(label, s.keys.has_uid == rows[i].uid);
        CHECK_AT(label, !rows[i].uid || strcmp(guid_format(&s.keys.uid, uid), UID) == 0);
        CHECK_AT(label, (s.query.pid != NULL) == (rows[i].pid[0] != '\0'));
        CHECK_AT(label, (s.query.uid != NULL) == rows[i].uid);
        CHECK_AT(label, (s.query.name != NULL) == (rows[i].name[0] != '\0'));
    }
}

WORLD_SUITE("api/process_request", {"keys", test_keys})
