#include "src/profile/signature.h"
#include "tests/support/check.h"

static void test_types(void)
{
    static const struct {
        const char *signature, *want; /* with | between the types */
    } rows[] = {
        {"()", ""},
        {"", ""},
        {"(int32)", "System.Int32"},
        {"(bool,wchar,int8,uint8,int16,uint16)",
         "System.Boolean|System.Char|System.SByte|System.Byte|System.Int16|System.UInt16"},
        {"(uint32,int64,uint64,float32,float64,int,uint)",
         "System.UInt32|System.Int64|System.UInt64|System.Single|System.Double|System.IntPtr|"
         "System.UIntPtr"},
        {"(class System.Object, value class System.TimeSpan)", "System.Object|System.TimeSpan"},
        {"(int32&,int32*,int32[],class A.B[][],int32[,])",
         "System.Int32&|System.Int32*|System.Int32[]|A.B[][]|System.Int32[,]"},
        {"(!0,!!0[],!!1&)", "!0|!!0[]|!!1&"},
        {"(class G`2<!0,!!0[]>,void*)", "G`2[!0,!!0[]]|System.Void*"},
        {"(class G`1<class H`2<int32,class X>>[],object)",
         "G`1[H`2[System.Int32,X]][]|System.Object"},
        {"(valuetype G`1<bool>&)", "G`1[System.Boolean]&"},
        {"(int32", "System.Int32"},
        {"(class G`1<int32", "G`1[System.Int32]"},
        {"(class G`1<", "G`1[]"},
        {"(,int32)", "System.Int32"},
        {"(int32,)", "System.Int32"},
        {"(>)]>", ""},
        {"method()", ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *at = rows[i].signature;
        struct text all = {0};
        for (bool more = true; more;) {
            struct text one = {0};
            more = signature_next(&at, &one);
            if (more)
                text_add_fmt(&all, "%s%s", all.size ? "|" : "", one.data ? one.data : "");
            text_deinit(&one);
        }
        CHECK_AT(rows[i].signature,
                 all.size == 0 ? rows[i].want[0] == '\0' : strcmp(all.data, rows[i].want) == 0);
        text_deinit(&all);
    }
}

/* Brackets without end, deeper than anybody looks. */
static void test_depth(void)
{
    struct text signature = {0}, out = {0};

    text_add_str(&signature, "(");
    for (int i = 0; i < 100000; i++)
        text_add_str(&signature, "A<");
    const char *at = signature.data;
    CHECK(signature_next(&at, &out) && *at == '\0');
    CHECK(out.size < 2 * signature.size);
    text_deinit(&signature);
    text_deinit(&out);
}

TEST_SUITE("profile/signature", {"types", test_types}, {"depth", test_depth})
