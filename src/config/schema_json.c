#include "src/config/schema_json.h"

cJSON *schema_check(struct schema *s, cJSON *item)
{
    s->failed = s->failed || !item;
    return item;
}

cJSON *schema_object(struct schema *s, cJSON *to, const char *name)
{
    return schema_check(s, cJSON_AddObjectToObject(to, name));
}

cJSON *schema_array(struct schema *s, cJSON *to, const char *name)
{
    return schema_check(s, cJSON_AddArrayToObject(to, name));
}

void schema_text(struct schema *s, cJSON *to, const char *name, const char *text)
{
    (void)schema_check(s, cJSON_AddStringToObject(to, name, text));
}

cJSON *schema_append_object(struct schema *s, cJSON *array)
{
    cJSON *item = schema_check(s, cJSON_CreateObject());

    if (item && !cJSON_AddItemToArray(array, item)) {
        cJSON_Delete(item);
        s->failed = true;
        return NULL;
    }
    return item;
}

void schema_append_text(struct schema *s, cJSON *array, const char *text)
{
    cJSON *item = schema_check(s, cJSON_CreateString(text));

    if (item && !cJSON_AddItemToArray(array, item)) {
        cJSON_Delete(item);
        s->failed = true;
    }
}

void schema_types(struct schema *s, cJSON *to, const char *a, const char *b, const char *c)
{
    cJSON *types = schema_array(s, to, "type");
    const char *const all[] = {a, b, c};

    for (size_t i = 0; i < 3; i++) {
        if (all[i])
            schema_append_text(s, types, all[i]);
    }
}
