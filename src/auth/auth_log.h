/*
 * auth/auth_log.h - what authentication tells the log, in the peer's events (CONTRACT section 23).
 */
#pragma once

#include <stdbool.h>

void auth_log_open(void);                     /* 13: --no-auth */
void auth_log_temp_key(const char *token);    /* 23: the header to use */
void auth_log_key_taken(void);                /* 25: MonitorApiKey passed */
void auth_log_key_missing(void);              /* 56: there is no credential at all */
void auth_log_private_key(const char *field); /* 26 */

/* 21: a setting that counts for nobody. `name` NULL: the section itself (MonitorApiKey). */
void auth_log_fault(const char *section, const char *name, const char *reason);

/* A token file was taken; `readable`: by everybody. */
void auth_log_token(const char *name, const char *path, bool readable);
