#include <errno.h>

#include "src/collect/dump_cure.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* The words of createdump and the runtime as measured (FEASIBILITY section 1, FACTS section 3). */
static const struct {
    const char *said;
    const char *words[3]; /* of the cure */
} rows[] = {
    {"[createdump] Problem suspending thread: ptrace(ATTACH, 1) FAILED Function not implemented "
     "(38)\n",
     {"SYS_PTRACE", "*app* container"}},
    {"[createdump] Problem suspending thread: ptrace(ATTACH, 12498) FAILED Operation not permitted "
     "(1)\n[createdump] Failure took 1ms\n",
     {"SYS_PTRACE", "*app* container"}},
    {"Problem launching createdump (may not have execute permissions): execve(/app/createdump) "
     "FAILED Permission denied (13)",
     {"chmod 0755", "not executable"}},
    {"Problem launching createdump (may not have execute permissions): execve(/app/createdump) "
     "FAILED No such file or directory (2)",
     {"missing", "publish"}},
    {"[createdump] Could not create output file '/diag/core': Permission denied (13)\n",
     {"may not write", "volume"}},
    {"[createdump] Could not create output file '/diag/core': No such file or directory (2)\n",
     {"same volume at the same path", "Storage:DumpTempFolder"}},
    {"[createdump] Could not create output file '/diag/core': Read-only file system (30)\n",
     {"read-only", "writable"}},
    {"[createdump] Error writing data to dump file: No space left on device (28)\n[createdump] "
     "Writing dump FAILED\n",
     {"full", "?type=Mini"}},
    {"[createdump] Error writing data to dump file: Disk quota exceeded (122)\n",
     {"quota", "?type=Mini"}},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct error err;
        size_t size = strlen(rows[i].said);
        (void)error_set(&err, -EREMOTEIO, "%s", rows[i].said);
        dump_cure_append(&err, "/diag/dumps", 1654);
        CHECK_AT(rows[i].said, err.code == -EREMOTEIO);
        CHECK_AT("its own words come first", strncmp(err.text, rows[i].said, size) == 0);
        const char *cure = err.text + size;
        for (size_t k = 0; k < 3 && rows[i].words[k]; k++)
            CHECK_AT(rows[i].words[k], strstr(cure, rows[i].words[k]) != NULL);
        CHECK_AT(rows[i].said, strstr(cure, "/diag/dumps") && strstr(cure, "uid 1654"));
        CHECK_AT("on a line of its own",
                 strstr(err.text, "\n\n") == NULL && strchr(err.text, '\n'));
    }
}

static void test_unknown_words(void)
{
    static const char *const said[] = {"", "something else", "Operation not permitted"};

    for (size_t i = 0; i < COUNT_OF(said); i++) {
        struct error err;
        (void)error_set(&err, -EIO, "%s", said[i]);
        dump_cure_append(&err, "/d", 1);
        CHECK_AT(said[i], strcmp(err.text, said[i]) == 0 && err.code == -EIO);
    }
}

/* Once is enough. */
static void test_twice(void)
{
    struct error err, once;

    (void)error_set(&err, -EIO, "No space left on device");
    dump_cure_append(&err, "/d", 1);
    once = err;
    dump_cure_append(&err, "/d", 1);
    CHECK(strcmp(err.text, once.text) == 0);
}

static void test_unknown_uid(void)
{
    struct error err;

    (void)error_set(&err, -EIO, "No space left on device");
    dump_cure_append(&err, "/d", (unsigned)-1);
    CHECK(strstr(err.text, "/d") && !strstr(err.text, "uid"));
}

/* Words that fill the buffer are cut: the cure matters more. */
static void test_no_room(void)
{
    static char said[ERROR_TEXT_SIZE + 10];
    struct error err;

    memset(said, 's', sizeof said - 1);
    memcpy(said, "ptrace(", 7);
    (void)error_set(&err, -EIO, "%s", said);
    dump_cure_append(&err, "/d", 1);
    CHECK(strncmp(err.text, "ptrace(sss", 10) == 0 && strlen(err.text) < ERROR_TEXT_SIZE);
    CHECK(strstr(err.text, "SYS_PTRACE") && strstr(err.text, "uid 1.)"));
}

TEST_SUITE("collect/dump_cure", {"rows", test_rows}, {"unknown words", test_unknown_words},
           {"unknown uid", test_unknown_uid}, {"twice", test_twice}, {"no room", test_no_room})
