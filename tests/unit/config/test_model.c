#include <stdlib.h>

#include "src/config/model.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *key;
    bool want;
} secrets[] = {
    {"Kestrel:Certificates:Default:Password", true},
    {"kestrel:certificates:default:PASSWORD", true},
    {"Kestrel:Certificates:Default:Path", false},
    {"Kestrel:Certificates:Other:Password", true},
    {"Kestrel:Endpoints:A:Certificate:Password", true},
    {"Authentication:MonitorApiKey:PublicKey", true},
    {"Authentication:MonitorApiKey:Subject", false},
    {"Authentication:MonitorApiKey:Unknown", true},
    {"Authentication:AzureAd:TenantId", false},
    {"Authentication:Keys:ci:PublicKey", true},
    {"Authentication:Keys:ci:Scopes:0", false},
    {"Authentication:Tokens:prom:File", false},
    {"Authentication:Tokens:prom:Token", true},
    {"Authentication:Unknown", true},
    {"Egress:Properties:x", true},
    {"egress:properties:x", true},
    {"Egress:Properties:x:y", true},
    {"Egress:FileSystem:a:DirectoryPath", false},
    {"Egress:FileSystem:a:Unknown", true},
    {"Egress:AzureBlobStorage:a:AccountKey", true},
    {"Egress:AzureBlobStorage:a:AccountKeyName", false},
    {"Egress:AzureBlobStorage:a:SharedAccessSignature", true},
    {"Egress:AzureBlobStorage:a:QueueSharedAccessSignature", true},
    {"Egress:AzureBlobStorage:a:Metadata:x", false},
    {"Egress:S3Storage:a:SecretAccessKey", true},
    {"Egress:S3Storage:a:AccessKeyId", true},
    {"Egress:S3Storage:a:BucketName", false},
    {"Egress:MyExtension:a:Anything:At:All", true},
    {"CollectionRules:r:Actions:0:Settings:Egress", false},
    {"CollectionRules:r:Actions:0:Settings:Duration", false},
    {"urls", false},
    {"Unknown", false},
    {"", false},
    {":", false},
    {"Egress", false},
    {"Egress:", true},
};

static void test_secrets(void)
{
    for (size_t i = 0; i < COUNT_OF(secrets); i++)
        CHECK_AT(secrets[i].key, config_key_is_secret(secrets[i].key) == secrets[i].want);
}

static void test_long_key(void)
{
    enum { SIZE = 5000 };
    char *key = malloc(SIZE);

    REQUIRE(key != NULL);
    memset(key, 'x', SIZE - 1);
    key[SIZE - 1] = '\0';
    CHECK(!config_key_is_secret(key));
    memcpy(key, "Egress:FileSystem:", 18);
    CHECK_AT("unknown below Egress", config_key_is_secret(key));
    free(key);
}

/* Every default can be read as its type, every row has its sentence. */
static void check_row(const struct key_row *row)
{
    struct value v;

    CHECK_AT(row->key, row->sentence && row->sentence[0] && row->fallback);
    if (row->fallback[0] && row->type)
        CHECK_AT(row->key, row->type == &type_uri ||
                               value_read(row->type, row->min, row->max, row->fallback, &v));
}

static size_t members;

static void visit(const struct place *p, const char *name, void *user)
{
    (void)user;
    members++;
    CHECK_AT(p->path, strlen(p->path) >= strlen(name));
    if (p->row)
        check_row(p->row);
    if (p->count != KEY_ONE) {
        struct place item = model_item(p, "0");
        CHECK_AT(p->path, item.is_item && item.row == p->row);
        model_members(&item, visit, NULL);
    }
    for (const struct key_variant *v = p->row ? p->row->variants : NULL; v && v->type; v++) {
        struct place settings = *p;
        settings.shape = v->shape;
        model_members(&settings, visit, NULL);
    }
    model_members(p, visit, NULL);
}

static void test_tree(void)
{
    struct place root = model_root();

    members = 0;
    model_members(&root, visit, NULL);
    CHECK_AT("the whole tree was seen", members > 250);
    for (size_t i = 0; i < model_option_count(); i++)
        check_row(model_option(i));
}

/* Where each row of options.def is found: by going down its key. */
static void test_options_found(void)
{
    for (size_t i = 0; i < model_option_count(); i++) {
        const struct key_row *row = model_option(i);
        struct place p = model_root(), next;
        const char *at = row->key;
        bool known = true;
        while (known && *at) {
            size_t size = strcspn(at, ":");
            known = model_child(&p, at, size, &next);
            p = next;
            at += size + (at[size] == ':');
        }
        CHECK_AT(row->key,
                 known && p.row == row && (row->type == &type_text || place_type(&p) == row->type));
    }
}

TEST_SUITE("config/model", {"secrets", test_secrets}, {"long key", test_long_key},
           {"tree", test_tree}, {"options found", test_options_found})
