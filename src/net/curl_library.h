/*
 * net/curl_library.h - libcurl, loaded when it is first needed.
 *
 * Linked in the ordinary way it brings 30 libraries (LDAP, Kerberos, SSH...) and takes 3.4 ms of
 * every start, which is more than everything else together; few configurations fetch anything.
 */
#pragma once

#include <curl/curl.h>

#include "src/base/error.h"

/* typecheck-gcc.h makes macros of some of these names. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define CURL_FUNCTIONS(X)                                                                          \
    X(global_init)                                                                                 \
    X(easy_init)                                                                                   \
    X(easy_setopt)                                                                                 \
    X(easy_getinfo)                                                                                \
    X(easy_strerror)                                                                               \
    X(easy_cleanup)                                                                                \
    X(slist_append)                                                                                \
    X(slist_free_all)                                                                              \
    X(multi_init)                                                                                  \
    X(multi_setopt)                                                                                \
    X(multi_add_handle)                                                                            \
    X(multi_remove_handle)                                                                         \
    X(multi_socket_action)                                                                         \
    X(multi_info_read)                                                                             \
    X(multi_cleanup)                                                                               \
    X(url)                                                                                         \
    X(url_set)                                                                                     \
    X(url_get)                                                                                     \
    X(url_cleanup)                                                                                 \
    X(free)

/* Variadic ones take exactly the type that curl's manual names: numbers are long. */
struct curl_library {
#define CURL_FUNCTION(name) __typeof__(&curl_##name) name;
    CURL_FUNCTIONS(CURL_FUNCTION)
#undef CURL_FUNCTION
};

/* Loads and initialises it at the first call (4 ms); it stays for the life of the process. One
 * thread only. -ENOSYS when it is not there; the text names the package. */
int curl_library_load(const struct curl_library **ret, struct error *err);
