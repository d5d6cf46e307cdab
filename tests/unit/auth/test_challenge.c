/* WWW-Authenticate cannot be broken out of. */
#include "src/auth/challenge.h"
#include "tests/support/check.h"

#define INVALID "Bearer error=\"invalid_token\""

static const struct row {
    const char *description, *challenge;
} rows[] = {
    {NULL, "Bearer"},
    {"", INVALID},
    {"The signature key was not found",
     INVALID ", error_description=\"The signature key was not found\""},
    {"a\"b\\c\r\nX: y\x7f\xc3\xa9", INVALID ", error_description=\"a?b?c??X: y???\""},
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct auth_answer answer = {.verdict = AUTH_ALLOWED};
        challenge_set(&answer, rows[i].description);
        CHECK_AT(rows[i].challenge, strcmp(answer.challenge, rows[i].challenge) == 0);
        CHECK_AT(rows[i].challenge, answer.verdict == AUTH_UNKNOWN);
    }
}

static void test_cut(void)
{
    struct auth_answer answer;
    char text[2 * sizeof answer.challenge];

    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    challenge_set(&answer, text);
    size_t size = strlen(answer.challenge);
    CHECK(size == sizeof answer.challenge - 1 && answer.challenge[size - 1] == '"');
}

TEST_SUITE("auth/challenge", {"rows", test_rows}, {"cut", test_cut})
