#include <stdlib.h>

#include "proto/nettrace/bytes.h"
#include "src/profile/limits.h"
#include "src/profile/method_map.h"
#include "tests/support/check.h"

enum { TOKEN = 0x6000123 };

static void add(struct method_map *map, uint64_t start, uint32_t size, const char *space,
                const char *name, const char *signature)
{
    struct bytes b = {0};

    bytes_u64(&b, 1);
    bytes_u64(&b, 0x77);
    bytes_u64(&b, start);
    bytes_u32(&b, size);
    bytes_u32(&b, TOKEN);
    bytes_u32(&b, 0);
    bytes_utf16(&b, space);
    bytes_utf16(&b, name);
    bytes_utf16(&b, signature);
    method_map_add_method(map, b.data, b.size);
    bytes_deinit(&b);
}

static const char *name_at(struct method_map *map, uint64_t address)
{
    const struct method *m = method_map_find(map, address);

    return m ? names_get(&map->names, m->name) : "none";
}

static void test_names(void)
{
    static const struct {
        const char *space, *name, *signature, *want;
    } rows[] = {
        {"N.T", "M", "instance void  (class System.Object,int32)",
         "N.T.M(class System.Object,int32)"},
        {"N.T`1[System.__Canon]", ".ctor", "instance void  ()", "N.T`1[System.__Canon]..ctor()"},
        {"", "main", "void  ()", "main()"},
        {"dynamicClass", "IL_STUB_PInvoke", "", "dynamicClass.IL_STUB_PInvoke"},
        {"\xC3\xA4.\xF0\x9F\x98\x80", "<b>", "x", "\xC3\xA4.\xF0\x9F\x98\x80.<b>"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct method_map map = {0};
        add(&map, 0x100, 16, rows[i].space, rows[i].name, rows[i].signature);
        CHECK_AT(rows[i].want, strcmp(name_at(&map, 0x10F), rows[i].want) == 0);
        method_map_deinit(&map);
    }
}

/* What the full name is made of, and the token; a name that is cut loses its arguments first. */
static void test_parts(void)
{
    static char space[PROFILE_NAME], name[PROFILE_NAME];
    static const struct {
        const char *space, *name, *signature;
        size_t type_size, method_size;
    } rows[] = {
        {"N.T", "M", "void  (int32)", 3, 1},
        {"", "main", "void  ()", 0, 4},
        {"N.T", ".ctor", "", 3, 5},
        {space, name, "void  (int32)", PROFILE_NAME / 2 - 1, PROFILE_NAME / 2 - 1},
    };

    memset(space, 's', sizeof space - 1);
    memset(name, 'n', sizeof name - 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct method_map map = {0};
        add(&map, 0x100, 16, rows[i].space, rows[i].name, rows[i].signature);
        const struct method *m = method_map_find(&map, 0x100);
        REQUIRE(m != NULL);
        CHECK(m->type_size == rows[i].type_size && m->method_size <= rows[i].method_size &&
              m->method_size + (size_t)1 >= rows[i].method_size);
        CHECK(strlen(names_get(&map.names, m->name)) >=
              (size_t)m->type_size + m->method_size + (m->type_size ? 1 : 0));
        CHECK(m->token == TOKEN);
        method_map_deinit(&map);
    }
}

static void test_ranges(void)
{
    struct method_map map = {0};
    static const struct {
        uint64_t address;
        const char *want;
    } rows[] = {{0xFF, "none"},  {0x100, "T.A"},      {0x10F, "T.A"}, {0x110, "none"},
                {0x200, "T.B"},  {0x240, "T.Inner"},  {0x250, "T.B"}, {0x2FF, "T.B"},
                {0x300, "none"}, {UINT64_MAX, "none"}};

    add(&map, 0x200, 0x100, "T", "B", "");
    add(&map, 0x100, 0x10, "T", "A", "");
    add(&map, 0x240, 0x10, "T", "Inner", "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_AT(rows[i].want, strcmp(name_at(&map, rows[i].address), rows[i].want) == 0);
    method_map_deinit(&map);
}

/* Tiers are other ranges of one name; memory that is used again belongs to the newest. */
static void test_tiers_and_reuse(void)
{
    struct method_map map = {0};

    add(&map, 0x100, 0x10, "T", "M", "");
    add(&map, 0x900, 0x20, "T", "M", "");
    CHECK(method_map_find(&map, 0x100)->name == method_map_find(&map, 0x900)->name);
    add(&map, 0x100, 0x08, "T", "Later", "");
    CHECK(strcmp(name_at(&map, 0x104), "T.Later") == 0);
    method_map_deinit(&map);
}

static void test_modules(void)
{
    static const struct {
        const char *path, *want;
    } rows[] = {
        {"/usr/share/dotnet/System.Private.CoreLib.dll", "System.Private.CoreLib"},
        {"C:\\apps\\My.App.dll", "My.App"},
        {"Anonymously Hosted DynamicMethods Assembly",
         "Anonymously Hosted DynamicMethods Assembly"},
        {"/x/.hidden", ".hidden"},
        {"", ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct method_map map = {0};
        struct bytes b = {0};
        bytes_u64(&b, 0x77);
        bytes_zeros(&b, 16);
        bytes_utf16(&b, rows[i].path);
        method_map_add_module(&map, b.data, b.size);
        const char *name = method_map_module_name(&map, 0x77);
        CHECK_AT(rows[i].path, name && strcmp(name, rows[i].want) == 0);
        CHECK(method_map_module_name(&map, 0x78) == NULL);
        bytes_deinit(&b);
        method_map_deinit(&map);
    }
}

/* At every length: nothing is read behind the end, and nothing half is kept. */
static void test_cut(void)
{
    struct bytes b = {0};

    bytes_zeros(&b, 16);
    bytes_u64(&b, 0x100);
    bytes_u32(&b, 16);
    bytes_u64(&b, 0);
    bytes_utf16(&b, "N");
    bytes_utf16(&b, "M");
    bytes_utf16(&b, "()");
    for (size_t size = 0; size <= b.size; size++) {
        struct method_map map = {0};
        uint8_t *copy = malloc(size + 1);
        REQUIRE(copy != NULL);
        memcpy(copy, b.data, size);
        method_map_add_method(&map, copy, size);
        CHECK((method_map_find(&map, 0x100) != NULL) == (size == b.size));
        free(copy);
        method_map_deinit(&map);
    }
    bytes_deinit(&b);
}

static void test_long_names_stay_characters(void)
{
    struct method_map map = {0};
    char name[PROFILE_NAME];

    for (size_t i = 0; i + 2 < sizeof name; i += 2)
        memcpy(name + i, "\xC3\xA4", 2);
    name[sizeof name - 2] = '\0';
    add(&map, 0x100, 16, name, name, name);
    const char *kept = name_at(&map, 0x100);
    size_t size = strlen(kept);
    CHECK(size > PROFILE_NAME / 2 && size < PROFILE_NAME);
    CHECK((unsigned char)kept[size - 1] == 0xA4);
    method_map_deinit(&map);
}

TEST_SUITE("profile/method_map", {"names", test_names}, {"parts", test_parts},
           {"ranges", test_ranges}, {"tiers and reuse", test_tiers_and_reuse},
           {"modules", test_modules}, {"cut", test_cut},
           {"long names stay characters", test_long_names_stay_characters})
