#include "src/rules/rule_scope.h"

#include "src/ops/artifact_scope.h"

#define PROCESS                                                                                    \
    "TargetProcessId:{TargetProcessId} TargetRuntimeInstanceCookie:{TargetRuntimeInstanceCookie}"

void rule_scope_init(struct rule_scope *s, const struct target *t, const char *rule)
{
    artifact_source_text(t, s->pid, s->cookie);
    s->fields[0] = (struct log_field){"TargetProcessId", s->pid};
    s->fields[1] = (struct log_field){"TargetRuntimeInstanceCookie", s->cookie};
    s->fields[2] = (struct log_field){"CollectionRuleName", rule};
    s->scope = (struct log_scope){
        NULL, rule ? PROCESS " CollectionRuleName:{CollectionRuleName}" : PROCESS, s->fields,
        rule ? 3 : 2};
}

void action_scope_init(struct action_scope *s, const struct log_scope *rule, const char *type,
                       size_t index)
{
    s->fields[0] = (struct log_field){"CollectionRuleActionType", type};
    s->fields[1] =
        (struct log_field){"#CollectionRuleActionIndex", log_number(s->index, (int64_t)index)};
    s->scope = (struct log_scope){rule,
                                  "CollectionRuleActionType:{CollectionRuleActionType} "
                                  "CollectionRuleActionIndex:{CollectionRuleActionIndex}",
                                  s->fields, 2};
}
