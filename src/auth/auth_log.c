#include "src/auth/auth_log.h"

#include "src/base/events.h"
#include "src/base/log.h"

void auth_log_open(void)
{
    log_write(&event_no_authentication, NULL, 0);
}

void auth_log_temp_key(const char *token)
{
    log_event(&event_temp_key, {"NewLine", "\n"}, {"AuthHeaderName", "Authorization"},
              {"AuthScheme", "Bearer"}, {"MonitorApiKey", token});
}

void auth_log_key_taken(void)
{
    log_event(&event_key_taken, {"apiAuthenticationConfigKey", "MonitorApiKey"});
}

void auth_log_key_missing(void)
{
    log_write(&event_key_missing, NULL, 0);
}

void auth_log_private_key(const char *field)
{
    log_event(&event_private_key, {"fieldName", field});
}

void auth_log_fault(const char *section, const char *name, const char *reason)
{
    if (name)
        log_event(&event_named_key_fault, {"apiAuthenticationConfigKey", section}, {"name", name},
                  {"validationFailure", reason});
    else
        log_event(&event_key_fault, {"apiAuthenticationConfigKey", section},
                  {"validationFailure", reason});
}

void auth_log_token(const char *name, const char *path, bool readable)
{
    log_event(&event_token_taken, {"name", name}, {"path", path});
    if (readable)
        log_event(&event_token_readable, {"name", name}, {"path", path});
}
