#include "src/target/process_name.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *command_line, *want;
} rows[] = {
    {"/usr/share/dotnet/dotnet app.dll", "dotnet"},
    {"dotnet app.dll", "dotnet"},
    {"dotnet", "dotnet"},
    {"/app/web", "web"},
    {"./web --urls http://x/y", "web"},
    {"unknown", "unknown"},
    {"", ""},
    {"   ", ""},
    {"  /app/web", "web"},
    {"/app/", ""},
    {"/", ""},
    {"\"/opt/my app/web server\" --x", "web server"},
    {"/opt/\"my app\"/web x", "web"},
    {"/opt/my\" \"app x", "my app"},
    {"\"\" x", ""},
    {"\"/app/open end", "open end"},
    {"/app/a\\ b c", "a b"},
    {"/app/a\\\"b c", "a\"b"},
    {"\"/app/a\\\" b\" c", "a\" b"},
    {"/app/a\\\\b c", "a\\b"},
    {"/app/a\\", "a\\"},
    {"/app/web.exe x", "web.exe"},
    {"/app/\xc3\xa9t\xc3\xa9 x", "\xc3\xa9t\xc3\xa9"},
    {"a/b c/d", "b"},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char name[PROCESS_NAME_SIZE];
        memset(name, 'x', sizeof name);
        CHECK_AT(rows[i].command_line, process_name(rows[i].command_line, name) == name);
        CHECK_AT(rows[i].command_line, strcmp(name, rows[i].want) == 0);
    }
}

/* Names around the buffer's size: cut, ended by a NUL. */
static void test_long(void)
{
    for (size_t size = PROCESS_NAME_SIZE - 3; size < PROCESS_NAME_SIZE + 3; size++) {
        char line[2 * PROCESS_NAME_SIZE], box[PROCESS_NAME_SIZE + 1];
        memset(line, 'n', size);
        (void)snprintf(line + size, sizeof line - size, " x");
        box[PROCESS_NAME_SIZE] = 'g';
        CHECK(strlen(process_name(line, box)) ==
              (size < PROCESS_NAME_SIZE ? size : PROCESS_NAME_SIZE - 1));
        CHECK(box[PROCESS_NAME_SIZE] == 'g');
    }
}

/* A long folder before a short name does not eat the name. */
static void test_long_folder(void)
{
    static char line[2000];
    char name[PROCESS_NAME_SIZE];

    memset(line, 'd', 1900);
    (void)snprintf(line + 1900, sizeof line - 1900, "/web x");
    CHECK(strcmp(process_name(line, name), "web") == 0);
}

TEST_SUITE("target/process_name", {"rows", test_rows}, {"long", test_long},
           {"long folder", test_long_folder})
