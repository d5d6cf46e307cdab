/*
 * rules/rule_scope.h - the scopes in which lines of log about rules are written, in the peer's
 * names.
 */
#pragma once

#include "src/base/log.h"
#include "src/target/target.h"

/* Must not move once it is filled. */
struct rule_scope {
    char pid[24], cookie[33];
    struct log_field fields[3];
    struct log_scope scope;
};

/* `rule` (borrowed) NULL: about all rules of the process. */
void rule_scope_init(struct rule_scope *s, const struct target *t, const char *rule);

/* Within that of the rule; must not move either. `type` is borrowed. */
struct action_scope {
    char index[LOG_NUMBER_SIZE];
    struct log_field fields[2];
    struct log_scope scope;
};

void action_scope_init(struct action_scope *s, const struct log_scope *rule, const char *type,
                       size_t index);
