#include "src/config/show_writer.h"
#include "tests/support/check.h"

static void test_document(void)
{
    struct text out = {0};
    struct show_writer w = {.out = &out};

    show_writer_open(&w, NULL, '{');
    show_writer_value(&w, "a+", "v<");
    show_writer_comment(&w, "from */ here");
    show_writer_open(&w, "list", '[');
    show_writer_value(&w, NULL, NULL);
    show_writer_open(&w, NULL, '{');
    show_writer_close(&w, '}');
    show_writer_close(&w, ']');
    show_writer_open(&w, "empty", '[');
    show_writer_close(&w, ']');
    show_writer_close(&w, '}');
    CHECK(!out.failed && strcmp(out.data, "{\n"
                                          "  \"a\\u002B\": \"v\\u003C\"\n"
                                          "  /*from * / here*/,\n"
                                          "  \"list\": [\n"
                                          "    null,\n"
                                          "    {}\n"
                                          "  ],\n"
                                          "  \"empty\": []\n"
                                          "}") == 0);
    text_deinit(&out);
}

TEST_SUITE("config/show_writer", {"document", test_document})
