/* The test itself is the process that is looked at. */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "src/collect/tasks.h"
#include "tests/support/check.h"

struct seen {
    size_t count;
    bool own, nameless;
    char stat[8];
    bool none;
};

static void visit(void *user, const struct task *task)
{
    struct seen *s = user;
    char text[16];

    s->count++;
    s->own |= task->id == (uint64_t)getpid();
    s->nameless |= task->comm[0] == '\0';
    (void)task_read(task, "stat", s->stat, sizeof s->stat);
    s->none = *task_read(task, "no-such-file", text, sizeof text) == '\0';
}

static void test_visit(void)
{
    struct seen s = {0};

    CHECK(tasks_visit(getpid(), visit, &s) == 1 && s.count == 1);
    CHECK_AT("nobody named it", s.own && s.nameless);
    CHECK_AT("no more than there is room", strlen(s.stat) == sizeof s.stat - 1);
    CHECK(s.none);
    CHECK(tasks_visit(0, visit, &s) == 0 && tasks_visit(1 << 30, visit, &s) == 0);
}

TEST_SUITE("collect/tasks", {"visit", test_visit})
