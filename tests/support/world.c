#include "tests/support/world.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

enum { SHOWN_BYTES = 6000 };

struct ending {
    struct ending *next;
    void (*end)(void *arg);
    void *arg;
};

struct note {
    struct note *next;
    char path[];
};

static struct {
    struct ending *endings;
    struct note *notes;
    unsigned failures_before;
    unsigned skipped;
} world;

static void *must_alloc(size_t size)
{
    void *p = calloc(1, size);

    if (!p)
        abort();
    return p;
}

void world_at_end(void (*end)(void *arg), void *arg)
{
    struct ending *e = must_alloc(sizeof *e);

    *e = (struct ending){.next = world.endings, .end = end, .arg = arg};
    world.endings = e;
}

void world_show_on_failure(const char *path)
{
    size_t size = strlen(path) + 1;
    struct note *n = must_alloc(sizeof *n + size);

    memcpy(n->path, path, size);
    n->next = world.notes;
    world.notes = n;
}

void *world_alloc(size_t size)
{
    void *p = must_alloc(size ? size : 1);

    world_at_end(free, p);
    return p;
}

char *world_text(const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        abort();
    va_end(ap);
    world_at_end(free, text);
    return text;
}

void world_skip(const char *fmt, ...)
{
    const char *all = getenv("PORTSIDE_REQUIRE_ALL");
    CU_pTest test = CU_get_current_test();
    va_list ap;

    printf("\nSKIP %s: ", test ? test->pName : "?");
    va_start(ap, fmt);
    (void)vprintf(fmt, ap);
    va_end(ap);
    printf("\n");
    world.skipped++;
    if (all && strcmp(all, "1") == 0)
        CHECK_AT("skipped although PORTSIDE_REQUIRE_ALL=1", false);
}

void world_pause_ms(int ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

    (void)nanosleep(&t, NULL);
}

static void show_tail(const char *path)
{
    FILE *f = fopen(path, "re");
    char line[4096];

    printf("\n--- %s\n", path);
    if (!f)
        return;
    (void)fseek(f, 0, SEEK_END);
    long size = ftell(f);
    (void)fseek(f, size > SHOWN_BYTES ? size - SHOWN_BYTES : 0, SEEK_SET);
    while (fgets(line, sizeof line, f))
        (void)fputs(line, stdout);
    (void)fclose(f);
    printf("---\n");
}

static void world_begin(void)
{
    world.failures_before = CU_get_number_of_failures();
}

static void world_end(void)
{
    bool failed = CU_get_number_of_failures() != world.failures_before;

    while (world.notes) {
        struct note *n = world.notes;

        world.notes = n->next;
        if (failed)
            show_tail(n->path);
        free(n);
    }
    while (world.endings) {
        struct ending *e = world.endings;

        world.endings = e->next;
        e->end(e->arg);
        free(e);
    }
}

int world_run(const char *suite, const struct test_case *tests, size_t count)
{
    const char *only = getenv("PORTSIDE_TEST");
    unsigned added = 0;

    (void)signal(SIGPIPE, SIG_IGN);
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 2;
    CU_pSuite s = CU_add_suite_with_setup_and_teardown(suite, NULL, NULL, world_begin, world_end);
    for (size_t i = 0; s && i < count; i++) {
        if (only && !strstr(tests[i].name, only))
            continue;
        if (!CU_add_test(s, tests[i].name, tests[i].run))
            return 2;
        added++;
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    (void)CU_basic_run_tests();
    unsigned failed = CU_get_number_of_failures();
    unsigned ran = CU_get_number_of_tests_run();
    CU_cleanup_registry();
    printf("%s: %u tests run, %u skipped\n", suite, ran, world.skipped);
    return failed || ran != added ? 1 : 0;
}
