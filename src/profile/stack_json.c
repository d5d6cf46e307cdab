#include "src/profile/stack_json.h"

#include <inttypes.h>

#include "src/base/json_escape.h"
#include "src/profile/signature.h"

const char *stack_module_name(const struct thread_stacks *s, const struct stack_frame *f)
{
    return f->module == STACK_NO_MODULE ? STACK_UNKNOWN_MODULE
                                        : stack_text(s, s->modules[f->module].file);
}

static void add_member(struct text *out, const char *name, const char *value)
{
    text_add_fmt(out, "\"%s\":", name);
    json_escape_add(out, value);
    text_add_str(out, ",");
}

static void add_parameters(struct text *out, const char *arguments, bool always)
{
    struct text type = {0};
    bool any = false;

    while (signature_next(&arguments, &type)) {
        text_add_str(out, any ? "," : "\"parameterTypes\":[");
        json_escape_add(out, type.data ? type.data : "");
        text_deinit(&type);
        any = true;
    }
    if (any)
        text_add_str(out, "],");
    else if (always)
        text_add_str(out, "\"parameterTypes\":[],");
    text_deinit(&type);
}

void stack_json_add_frame(struct text *out, const struct thread_stacks *s,
                          const struct stack_frame *f, bool parameters)
{
    static const struct guid none;
    char version[GUID_TEXT_SIZE];
    bool native = f->kind == STACK_NATIVE, method = f->kind == STACK_METHOD;
    const char *nobody = native ? STACK_NATIVE_FRAME : STACK_UNKNOWN_CLASS;

    text_add_str(out, "{");
    add_member(out, "methodName",
               method   ? stack_text(s, f->method)
               : native ? STACK_NATIVE_FRAME
                        : STACK_UNKNOWN_FUNCTION);
    text_add_fmt(out, "\"methodToken\":%" PRIu32 ",", f->token);
    add_parameters(out, stack_text(s, f->arguments), parameters);
    add_member(out, "typeName", method ? stack_text(s, f->type) : nobody);
    add_member(out, "moduleName", native ? STACK_NATIVE_FRAME : stack_module_name(s, f));
    guid_format(f->module == STACK_NO_MODULE ? &none : &s->modules[f->module].version, version);
    text_add_fmt(out, "\"moduleVersionId\":\"%s\",\"hidden\":false}", version);
}
