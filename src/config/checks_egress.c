/* The rules of destinations (CONTRACT section 20). */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/base/text.h"
#include "src/config/checks.h"
#include "src/config/model.h"

/* Is the secret given, by value or by the name of a member of Egress:Properties? A name that is not
 * there is told. */
static bool has_secret(const struct check *c, const char *value, const char *name_member)
{
    const char *name = check_member(c, name_member);

    if (check_member(c, value))
        return true;
    if (!name)
        return false;
    const char *secret = config_keys_child(c->keys, "Egress:Properties", name);
    if (secret && secret[0])
        return true;
    check_fault(c, FAULT_ERROR, name_member,
                "Egress:Properties:%s is not set: put the secret there", name);
    return true; /* told already */
}

static bool is_true(const struct check *c, const char *member)
{
    const char *value = check_member(c, member);
    bool on;

    return value && text_to_bool(value, &on) && on;
}

void check_azure(const struct check *c)
{
    bool key = has_secret(c, "AccountKey", "AccountKeyName");
    bool sas = has_secret(c, "SharedAccessSignature", "SharedAccessSignatureName");

    if (!key && !sas && !check_member(c, "ManagedIdentityClientId") &&
        !is_true(c, "UseWorkloadIdentityFromEnvironment"))
        check_fault(c, FAULT_ERROR, NULL,
                    "no credentials: set AccountKey, SharedAccessSignature, "
                    "ManagedIdentityClientId or UseWorkloadIdentityFromEnvironment");
    if (!check_member(c, "QueueName") != !check_member(c, "QueueAccountUri"))
        check_fault(c, FAULT_WARNING, NULL,
                    "QueueName and QueueAccountUri go together: no queue is told");
    if (check_member(c, "QueueSharedAccessSignatureName"))
        (void)has_secret(c, "QueueSharedAccessSignature", "QueueSharedAccessSignatureName");
}

void check_s3(const struct check *c)
{
    bool id = check_member(c, "AccessKeyId"), secret = check_member(c, "SecretAccessKey");

    if (id && !secret)
        check_fault(c, FAULT_ERROR, "SecretAccessKey", "AccessKeyId needs it: set it");
    if (secret && !id)
        check_fault(c, FAULT_WARNING, "AccessKeyId",
                    "SecretAccessKey has no effect without it: set it");
    if (!id && check_member(c, "Endpoint"))
        check_fault(c, FAULT_WARNING, "Endpoint",
                    "has an effect only together with AccessKeyId and SecretAccessKey");
    if (check_member(c, "KmsEncryptionKey") && !is_true(c, "UseKmsEncryption"))
        check_fault(c, FAULT_WARNING, "KmsEncryptionKey",
                    "has no effect unless UseKmsEncryption is true");
}

/* "TYPE:NAME..." below Egress; false for Properties and for what is no destination. */
static bool split_provider(const char *key, const char **ret_name, size_t *ret_size)
{
    const char *type = key + strlen("Egress:");
    size_t type_size = strcspn(type, ":");

    if (!type[type_size] || (type_size == 10 && strncasecmp(type, "Properties", 10) == 0))
        return false;
    *ret_name = type + type_size + 1;
    *ret_size = strcspn(*ret_name, ":");
    return *ret_size > 0;
}

/* The same name in another type: only one of the two can be meant. */
void check_egress(const struct check *c)
{
    const struct config_entry *first;
    size_t count = config_keys_below(c->keys, c->path, &first);
    const char *name, *other;
    size_t size, other_size;

    for (size_t i = 0; i < count; i++) {
        if (!split_provider(first[i].key, &name, &size))
            continue;
        size_t whole = (size_t)(name + size - first[i].key);
        bool is_new = i == 0 || strncasecmp(first[i].key, first[i - 1].key, whole) != 0 ||
                      (first[i - 1].key[whole] && first[i - 1].key[whole] != ':');
        for (size_t k = 0; is_new && k < i; k++) {
            if (!split_provider(first[k].key, &other, &other_size) || other_size != size ||
                strncasecmp(name, other, size) != 0)
                continue;
            config_faults_add(c->faults, FAULT_WARNING, first[i].key, "Egress",
                              "destination '%.*s' is there twice: only the first is used, rename "
                              "one",
                              (int)size, name);
            break;
        }
    }
}
