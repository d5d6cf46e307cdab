#include "src/otlp/attributes.h"

static void begin(struct proto_json *j, const char *key, const char *kind)
{
    proto_json_open(j, '{');
    proto_json_name(j, "key");
    proto_json_text(j, key);
    proto_json_name(j, "value");
    proto_json_open(j, '{');
    if (kind)
        proto_json_name(j, kind);
}

static void end(struct proto_json *j)
{
    proto_json_close(j);
    proto_json_close(j);
}

void attribute_text(struct proto_json *j, const char *key, const char *value)
{
    begin(j, key, "stringValue");
    proto_json_text(j, value);
    end(j);
}

void attribute_integer(struct proto_json *j, const char *key, int64_t value)
{
    begin(j, key, "intValue");
    proto_json_integer64(j, value);
    end(j);
}

void attribute_real(struct proto_json *j, const char *key, double value)
{
    begin(j, key, "doubleValue");
    proto_json_real(j, value);
    end(j);
}

void attribute_boolean(struct proto_json *j, const char *key, bool value)
{
    begin(j, key, "boolValue");
    proto_json_boolean(j, value);
    end(j);
}

void attribute_empty(struct proto_json *j, const char *key)
{
    begin(j, key, NULL);
    end(j);
}
