#include "src/cli/report.h"
#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

#define SAMPLE "tests/data/nettrace/sample10.nettrace"

/* A cut file gives what is there, with a warning. */
static void test_cut(void)
{
    const char *dir = files_tmpdir(), *trace = world_text("%s/cut.nettrace", dir);
    size_t size;
    char *data = files_read(SAMPLE, &size);

    REQUIRE(data && files_write(trace, data, size / 2));
    struct command_result r = COMMAND_RUN(report_main, trace, "topn");
    CHECK(r.code == 0 && strstr(r.err, "incomplete") && strstr(r.out, "Top 5 Functions"));
    r = COMMAND_RUN(report_main, trace, "events");
    CHECK(r.code == 0 && strstr(r.err, "incomplete") && strstr(r.out, "Thread/Sample"));
}

static void test_report(void)
{
    struct command_result r = COMMAND_RUN(report_main, SAMPLE, "topn", "-n", "2", "--inclusive");

    CHECK(r.code == 0 && strstr(r.out, "Top 2 Functions (Inclusive)"));
    CHECK(strstr(r.out, "66.67%") != NULL);
    r = COMMAND_RUN(report_main, SAMPLE, "topn", "--json");
    CHECK(r.code == 0 && strstr(r.out, "\"kind\":\"wall\""));
    r = COMMAND_RUN(report_main, SAMPLE, "events");
    CHECK(r.code == 0 && strstr(r.out, "Microsoft-DotNETCore-SampleProfiler/Thread/Sample"));
    CHECK(strstr(r.out, "0                 lost") != NULL);
    CHECK(COMMAND_RUN(report_main, SAMPLE).code == 1);
    CHECK(COMMAND_RUN(report_main, SAMPLE, "other").code == 1);
    CHECK(COMMAND_RUN(report_main, "/no/such", "events").code == 255);
    r = COMMAND_RUN(report_main, "--help");
    CHECK(r.code == 0 && strstr(r.out, "topn"));
}

WORLD_SUITE("cli/report", {"cut", test_cut}, {"report", test_report})
