#include <sys/stat.h>
#include <unistd.h>

#include "src/cli/convert.h"
#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

#define SAMPLE "tests/data/nettrace/sample10.nettrace"

static void test_to_a_file(void)
{
    const char *dir = files_tmpdir();
    const char *out = world_text("%s/x.json", dir);
    struct command_result r =
        COMMAND_RUN(convert_main, SAMPLE, "--format", "speedscope", "-o", out);

    CHECK(r.code == 0 && r.out[0] == '\0');
    CHECK(files_size(out) > 1000);
    CHECK(files_count(dir) == 1); /* no .part is left */
    CHECK(strstr(r.err, "written") != NULL);
}

static void test_beside_the_trace(void)
{
    const char *dir = files_tmpdir(), *trace = world_text("%s/a.b.nettrace", dir);
    size_t size;
    char *data = files_read(SAMPLE, &size);

    REQUIRE(data && files_write(trace, data, size));
    CHECK(COMMAND_RUN(convert_main, trace, "-f", "pprof").code == 0);
    CHECK(files_exists(world_text("%s/a.b.pb.gz", dir)));
}

static void test_usage(void)
{
    static const struct {
        const char *name, *arguments[5], *want;
    } rows[] = {
        {"nothing", {NULL}, "FILE and --format are needed"},
        {"no format", {SAMPLE, NULL}, "FILE and --format are needed"},
        {"bad format", {SAMPLE, "--format", "png", NULL}, "unknown format png"},
        {"bad kind", {SAMPLE, "--format=topn", "--kind=x", NULL}, "unknown kind x"},
        {"bad number", {SAMPLE, "--format=topn", "-n", "0", NULL}, "--number must be"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct command_result r = command_run(convert_main, rows[i].arguments);
        CHECK_AT(rows[i].name, r.code == 1 && strstr(r.err, rows[i].want));
    }
    struct command_result r = COMMAND_RUN(convert_main, "--help");
    CHECK(r.code == 0 && strstr(r.out, "flamegraph") && strstr(r.out, "contention"));
}

static void test_failures(void)
{
    const char *dir = files_tmpdir(), *text = world_text("%s/text", dir);

    REQUIRE(files_write(text, "this is no trace, just text", 27));
    struct command_result r =
        COMMAND_RUN(convert_main, "/no/such/file", "--format", "topn", "-o", "-");
    CHECK(r.code == 255 && strstr(r.err, "No such file"));
    r = COMMAND_RUN(convert_main, text, "--format", "topn", "-o", "-");
    CHECK(r.code == 255 && strstr(r.err, "at byte 0"));
    r = COMMAND_RUN(convert_main, SAMPLE, "--format", "topn", "--kind", "alloc", "-o", "-");
    CHECK(r.code == 255 && strstr(r.err, "gc-verbose") && r.out[0] == '\0');
    r = COMMAND_RUN(convert_main, SAMPLE, "--format", "topn", "-o", "/no/such/folder/x");
    CHECK(r.code == 255 && strstr(r.err, "create /no/such/folder/x"));
}

/* Never takes the place of what is no file. */
static void test_device(void)
{
    const char *dir = files_tmpdir(), *link = world_text("%s/link", dir);
    struct stat st;

    REQUIRE(symlink("/dev/null", link) == 0);
    CHECK(COMMAND_RUN(convert_main, SAMPLE, "--format", "topn", "-o", link).code == 0);
    CHECK(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
    CHECK(COMMAND_RUN(convert_main, SAMPLE, "--format", "topn", "-o", "/dev/null").code == 0);
    CHECK(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
    CHECK(COMMAND_RUN(convert_main, SAMPLE, "--format", "topn", "-o", "/dev/full").code == 255);
}

WORLD_SUITE("cli/convert", {"to a file", test_to_a_file},
            {"beside the trace", test_beside_the_trace}, {"usage", test_usage},
            {"failures", test_failures}, {"device", test_device})
