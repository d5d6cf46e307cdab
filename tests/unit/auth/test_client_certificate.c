/* Whose certificate matches which entry. */
#include <errno.h>

#include "src/auth/client_certificate.h"
#include "tests/support/check.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define COLONS                                                                                     \
    "01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:"   \
    "CD:EF"

static const struct row {
    const char *label, *subject, *fingerprint;
    int result;
    const char *asked_subject, *asked_fingerprint;
    bool matches;
} rows[] = {
    {"subject", "CN=a", NULL, 0, "CN=a", HEX, true},
    {"other subject", "CN=a", NULL, 0, "CN=ab", HEX, false},
    {"subject in other case", "CN=a", NULL, 0, "cn=a", HEX, false},
    {"fingerprint", NULL, HEX, 0, "CN=a", HEX, true},
    {"fingerprint with colons", "", COLONS, 0, "CN=a", HEX, true},
    {"both", "CN=a", HEX, 0, "CN=a", HEX, true},
    {"both, one wrong", "CN=b", HEX, 0, "CN=a", HEX, false},
    {"no certificate", "CN=a", NULL, 0, NULL, NULL, false},
    {"nothing set", NULL, "", -EINVAL, NULL, NULL, false},
    {"short fingerprint", NULL, "0123", -EINVAL, NULL, NULL, false},
    {"long fingerprint", NULL, HEX "0", -EINVAL, NULL, NULL, false},
    {"no hex", NULL, "g" HEX, -EINVAL, NULL, NULL, false},
    {"colon inside a byte", NULL, "0:1" HEX, -EINVAL, NULL, NULL, false},
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        const struct client_certificate_settings settings = {row->subject, row->fingerprint, 3};
        struct client_certificate c;
        struct error err;
        int r = client_certificate_init(&c, &settings, &err);
        CHECK_AT(row->label, r == row->result);
        if (r < 0)
            continue;
        CHECK_AT(row->label, client_certificate_matches(&c, row->asked_subject,
                                                        row->asked_fingerprint) == row->matches);
        CHECK_AT(row->label, c.scopes == 3);
        client_certificate_deinit(&c);
    }
}

TEST_SUITE("auth/client_certificate", {"rows", test_rows})
