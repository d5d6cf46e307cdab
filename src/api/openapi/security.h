/*
 * api/openapi/security.h - what the document says about credentials.
 */
#pragma once

#include "src/api/openapi/json_out.h"

/* How clients prove who they are. */
struct api_security {
    enum {
        SECURITY_NONE,
        SECURITY_API_KEY, /* a token in the Authorization header */
        SECURITY_ENTRA,   /* OAuth 2, authorization code */
    } kind;
    const char *authority; /* SECURITY_ENTRA: "https://login.microsoftonline.com/TENANT", without a
                              slash at its end; outlives the document's making */
    unsigned open_flag;    /* routes with this flag need none of it */
};

/* The component "securitySchemes", in the peer's names; nothing for SECURITY_NONE. */
void security_write_schemes(struct json_out *w, const struct api_security *security);

/* "security": what every operation needs that does not say otherwise. */
void security_write_need(struct json_out *w, const struct api_security *security);
