/*
 * config/checks.h - the rules between several members of one object (CONTRACT sections 10, 19, 20).
 *
 * Each function looks at one object of its shape and adds what is wrong with it; shapes.def says
 * which. A member's own type and range, and members that must be there, are not looked at here.
 */
#pragma once

#include "src/config/faults.h"
#include "src/config/keys.h"

struct check {
    const struct config_keys *keys;
    struct config_faults *faults;
    const char *path; /* of the object */
};

void check_process_filter(const struct check *c);
void check_diagnostic_port(const struct check *c);
void check_authentication(const struct check *c);
void check_client_certificate(const struct check *c);
void check_meter(const struct check *c);

void check_azure(const struct check *c);
void check_s3(const struct check *c);
void check_egress(const struct check *c);

void check_request_count(const struct check *c);
void check_response_count(const struct check *c);
void check_thresholds(const struct check *c);
void check_threshold_order(const struct check *c);

void check_artifact(const struct check *c);
void check_exceptions_action(const struct check *c);
void check_stacks_action(const struct check *c);
void check_trace(const struct check *c);
void check_rule(const struct check *c);

/* What the checks are made of. */

/* The value of a member; NULL when it is not set or empty. */
const char *check_member(const struct check *c, const char *name);

/* Is the member an object, list or map with anything in it? */
bool check_has_below(const struct check *c, const char *name);

/* Adds a fault about the member `name`, or about the object when that is NULL. */
__attribute__((format(printf, 4, 5))) void check_fault(const struct check *c, enum fault_kind kind,
                                                       const char *name, const char *fmt, ...);

/* Where `path`, something below it, or else the nearest level above it was set. */
const char *config_origin_near(const struct config_keys *keys, const char *path,
                               char buffer[static CONFIG_ORIGIN_SIZE]);
