#include "src/profile/thread_stacks.h"
#include "tests/support/check.h"

static void test_missing(void)
{
    static const struct {
        struct thread_stacks s;
        bool complete;
        const char *says;
    } rows[] = {
        {{.thread_count = 1, .whole = true}, true, ""},
        {{.thread_count = 1}, false, "ended early"},
        {{.thread_count = 1, .whole = true, .lost = 7}, false, "7 events were lost"},
        {{.thread_count = 1, .whole = true, .dropped = 3}, false, "3 threads or methods"},
        {{.whole = true}, false, "no thread"},
        {{.thread_count = 1, .whole = true, .unknown = 2}, false, "2 frames"},
    };
    char text[200];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *missing = thread_stacks_missing(&rows[i].s, text, sizeof text);
        CHECK_AT(rows[i].says, thread_stacks_complete(&rows[i].s) == rows[i].complete);
        CHECK_AT(missing, rows[i].complete ? !*missing : strstr(missing, rows[i].says) != NULL);
    }
}

TEST_SUITE("profile/thread_stacks", {"missing", test_missing})
