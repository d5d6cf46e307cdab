#include "src/ops/artifact_scope.h"
#include "tests/support/check.h"

static void test_names(void)
{
    static const struct target t = {.pid = 16760, .cookie = {.bytes = {1, 2, 3, 4, 5}}};
    static const struct log_scope outer;
    struct artifact_scope s;
    struct text message = {0};

    artifact_scope_init(&s, &outer, "dump", &t);
    log_message(&message, &(struct log_template){s.scope.template, s.scope.fields, s.scope.count});
    CHECK(s.scope.outer == &outer);
    CHECK(strcmp(message.data,
                 "ArtifactType:dump ArtifactSource_ProcessId:16760 "
                 "ArtifactSource_RuntimeInstanceCookie:04030201000500000000000000000000") == 0);
    text_deinit(&message);
}

TEST_SUITE("ops/artifact_scope", {"names", test_names})
