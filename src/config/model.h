/*
 * config/model.h - what is known of each configuration key, also of those in lists and maps
 * (CollectionRules:NAME:Actions:0:Settings:Duration).
 */
#pragma once

#include <stdbool.h>

/* Must its value never be shown (passwords, keys, all of Egress:Properties...)? Unknown keys below
 * Egress and Authentication are secret too. */
bool config_key_is_secret(const char *key);
