/*
 * profile/stack_json.h - a frame as JSON, in the words and with the members of dotnet-monitor.
 */
#pragma once

#include "src/base/text.h"
#include "src/profile/thread_stacks.h"

#define STACK_NATIVE_FRAME "[NativeFrame]"
#define STACK_UNKNOWN_FUNCTION "UnknownFunction"
#define STACK_UNKNOWN_CLASS "UnknownClass"
#define STACK_UNKNOWN_MODULE "UnknownModule"

/* "My.App.dll" */
const char *stack_module_name(const struct thread_stacks *s, const struct stack_frame *f);

/* `parameters`: an empty list of them is written, too. */
void stack_json_add_frame(struct text *out, const struct thread_stacks *s,
                          const struct stack_frame *f, bool parameters);
