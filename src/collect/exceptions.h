/*
 * collect/exceptions.h - the exceptions that a process has thrown lately, out of the history that
 * is kept of it (src/exceptions); nothing is loaded into the app.
 */
#pragma once

#include "src/collect/collection.h"
#include "src/exceptions/filter.h"
#include "src/exceptions/format.h"

struct exceptions_params {
    const struct exception_format *format;
    const struct exception_filters *filters; /* borrowed for the call; NULL: all */
};

/*
 * What is there when it starts. The process is asked for the names of code that nobody has seen yet
 * (exceptions/refresh.h), else for nothing. When it does not tell them, its frames are
 * UnknownFunction, and X-Exceptions-Complete says so. Not stoppable. -EINVAL: switched off.
 * -ENODATA: the process lets nobody see its exceptions.
 * A rule starts it by operations_start() like any other; `filters` may be freed after that.
 */
extern const struct collection_type collection_exceptions;
