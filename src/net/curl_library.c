#include "src/net/curl_library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "src/base/cleanup.h"

static const struct function {
    const char *name;
    size_t offset;
} functions[] = {
#define CURL_FUNCTION(name) {"curl_" #name, offsetof(struct curl_library, name)},
    CURL_FUNCTIONS(CURL_FUNCTION)
#undef CURL_FUNCTION
};

static int find_functions(void *handle, struct curl_library *library, struct error *err)
{
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *address = dlsym(handle, functions[i].name);
        if (!address)
            return error_set(err, -ENOSYS,
                             "libcurl.so.4 has no %s: install libcurl 7.87 or newer (Debian 12: "
                             "package libcurl4)",
                             functions[i].name);
        memcpy((char *)library + functions[i].offset, &address, sizeof address);
    }
    return 0;
}

int curl_library_load(const struct curl_library **ret, struct error *err)
{
    static struct curl_library library;
    static bool loaded;

    if (!loaded) {
        void *handle = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
        if (!handle)
            return error_set(err, -ENOSYS, "install libcurl 4 (Debian 12: package libcurl4): %s",
                             dlerror());
        int r = find_functions(handle, &library, err);
        if (r < 0)
            return r;
        if (library.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
            return error_set(err, -ENOMEM, "libcurl cannot be initialised");
        loaded = true;
    }
    *ret = &library;
    return 0;
}
