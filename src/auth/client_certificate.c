#include "src/auth/client_certificate.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* "AB:CD..." or "abcd...": 32 bytes. */
static bool read_fingerprint(const char *text, char ret[static 65])
{
    size_t n = 0;

    for (; *text; text++) {
        if (*text == ':' && n && n % 2 == 0)
            continue;
        if (n == 64 || !isxdigit((unsigned char)*text))
            return false;
        ret[n++] = (char)tolower((unsigned char)*text);
    }
    ret[n] = '\0';
    return n == 64;
}

int client_certificate_init(struct client_certificate *ret,
                            const struct client_certificate_settings *s, struct error *err)
{
    struct client_certificate made = {.scopes = s->scopes};
    bool subject = s->subject && *s->subject, fingerprint = s->fingerprint && *s->fingerprint;

    if (!subject && !fingerprint)
        return error_set(err, -EINVAL, "Subject or Fingerprint is needed, or both");
    if (fingerprint && !read_fingerprint(s->fingerprint, made.fingerprint))
        return error_set(err, -EINVAL,
                         "Fingerprint must be the SHA-256 of the certificate in 64 hex digits "
                         "(openssl x509 -noout -fingerprint -sha256)");
    if (subject && !(made.subject = strdup(s->subject)))
        return error_set(err, -ENOMEM, "out of memory");
    *ret = made;
    return 0;
}

void client_certificate_deinit(struct client_certificate *c)
{
    free(c->subject);
    *c = (struct client_certificate){0};
}

bool client_certificate_matches(const struct client_certificate *c, const char *subject,
                                const char *fingerprint)
{
    if (!subject || !fingerprint)
        return false;
    return (!c->subject || strcmp(c->subject, subject) == 0) &&
           (!c->fingerprint[0] || strcmp(c->fingerprint, fingerprint) == 0);
}
