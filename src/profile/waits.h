/*
 * profile/waits.h - methods in which a thread waits, or runs native code.
 *
 * The sampler's own word for it is wrong in .NET 9 and in the first versions of 10, where every
 * sample is "external" (dotnet/runtime issue 123996), and in later ones it calls a thread managed
 * that just wants to come back from a wait. So the method that the thread is in says it too.
 */
#pragma once

#include <stdbool.h>

/* `name`: "Namespace.Type.Method(arguments)", of a stack's leaf. */
bool method_waits(const char *name);
