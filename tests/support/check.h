/*
 * support/check.h - what a test file needs of CUnit: a suite is a table of tests, the file is a
 * program.
 *
 *     TEST_SUITE("proto/ipc/header", { "decode", test_decode }, { "encode", test_encode });
 *
 * CHECK_AT(label, condition) goes on after a failure and prints the row's label; REQUIRE stops the
 * test.
 */
#pragma once

#include <CUnit/Basic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_AT(label, cond)                                                                      \
    CU_assertImplementation((cond) ? CU_TRUE : CU_FALSE, __LINE__, (label), __FILE__, "", CU_FALSE)
#define CHECK(cond) CHECK_AT(#cond, cond)
/* abort() is never reached; it tells the compiler that the condition holds from here on. */
#define REQUIRE(cond)                                                                              \
    ((cond)                                                                                        \
         ? (void)CHECK_AT(#cond, true)                                                             \
         : (CU_assertImplementation(CU_FALSE, __LINE__, #cond, __FILE__, "", CU_TRUE), abort()))

struct test_case {
    const char *name;
    void (*run)(void);
};

static inline int test_suite_run(const char *suite, const struct test_case *tests, size_t count)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 2;
    CU_pSuite s = CU_add_suite(suite, NULL, NULL);
    for (size_t i = 0; s && i < count; i++) {
        if (!CU_add_test(s, tests[i].name, tests[i].run))
            return 2;
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    (void)CU_basic_run_tests();
    unsigned failed = CU_get_number_of_failures();
    unsigned ran = CU_get_number_of_tests_run();
    CU_cleanup_registry();
    return failed || ran != count ? 1 : 0;
}

#define TEST_SUITE(name, ...)                                                                      \
    int main(void)                                                                                 \
    {                                                                                              \
        static const struct test_case tests[] = {__VA_ARGS__};                                     \
        (void)setvbuf(stdout, NULL, _IOLBF, 0);                                                    \
        return test_suite_run(name, tests, sizeof tests / sizeof tests[0]);                        \
    }
