/*
 * otlp/attributes.h - attributes of OTLP: {"key":...,"value":{"stringValue":...}}, between the
 * brackets of a list that the caller has opened.
 */
#pragma once

#include "src/otlp/proto_json.h"

void attribute_text(struct proto_json *j, const char *key, const char *value);
void attribute_integer(struct proto_json *j, const char *key, int64_t value);
void attribute_real(struct proto_json *j, const char *key, double value);
void attribute_boolean(struct proto_json *j, const char *key, bool value);
void attribute_empty(struct proto_json *j, const char *key);
