/*
 * api/exceptions_body.h - which exceptions are wanted: the body of POST /exceptions (CONTRACT
 * sections 4 and 17.3).
 */
#pragma once

#include <cJSON.h>

#include "src/exceptions/filter.h"

/* `body` fits the schema ExceptionsConfiguration. `ret` is the caller's to deinit, whatever is
 * returned. -E2BIG: too many filters. */
int exception_filters_of_body(const cJSON *body, struct exception_filters *ret, struct error *err);
