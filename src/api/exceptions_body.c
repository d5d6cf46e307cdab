#include "src/api/exceptions_body.h"

static const char *member(const cJSON *json, const char *name)
{
    const cJSON *value = cJSON_GetObjectItem(json, name);

    return cJSON_IsString(value) ? value->valuestring : NULL;
}

static int add_all(const cJSON *array, struct exception_filter_list *list, struct error *err)
{
    const cJSON *item;
    int r = 0;

    cJSON_ArrayForEach(item, array)
    {
        const char *const fields[EXCEPTION_FIELDS] = {
            [EXCEPTION_FIELD_TYPE] = member(item, "exceptionType"),
            [EXCEPTION_FIELD_MODULE] = member(item, "moduleName"),
            [EXCEPTION_FIELD_CLASS] = member(item, "typeName"),
            [EXCEPTION_FIELD_METHOD] = member(item, "methodName"),
        };
        if (r == 0 && cJSON_IsObject(item))
            r = exception_filter_list_add(list, fields, err);
    }
    return r;
}

int exception_filters_of_body(const cJSON *body, struct exception_filters *ret, struct error *err)
{
    *ret = (struct exception_filters){0};
    int r = add_all(cJSON_GetObjectItem(body, "include"), &ret->include, err);
    return r < 0 ? r : add_all(cJSON_GetObjectItem(body, "exclude"), &ret->exclude, err);
}
