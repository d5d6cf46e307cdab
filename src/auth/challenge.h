/*
 * auth/challenge.h - the value of WWW-Authenticate, as ASP.NET writes it.
 */
#pragma once

#include "src/auth/auth.h"

/* Without a token: NULL. With one that does not count: ASP.NET's description of the fault, "" for
 * none; what a header cannot carry becomes '?', what is too long is cut. Sets AUTH_UNKNOWN. */
void challenge_set(struct auth_answer *answer, const char *description);
