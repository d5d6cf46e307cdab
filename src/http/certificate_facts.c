#include <openssl/bio.h>
#include <openssl/evp.h>
#include <stdio.h>

#include "src/base/cleanup.h"
#include "src/http/certificate.h"

static void free_bio(BIO **bio)
{
    BIO_free(*bio);
}

void certificate_fingerprint(const X509 *x, char text[static CERTIFICATE_FINGERPRINT_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    text[0] = '\0';
    if (X509_digest(x, EVP_sha256(), digest, &size) != 1)
        return;
    for (unsigned i = 0; i < size && i < (CERTIFICATE_FINGERPRINT_SIZE - 1) / 2; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

static void add_printed(struct text *out, BIO *bio)
{
    char *data = NULL;
    long size = BIO_get_mem_data(bio, &data);

    if (size > 0)
        text_add(out, data, (size_t)size);
}

void certificate_subject(const X509 *x, struct text *out)
{
    cleanup(free_bio) BIO *bio = BIO_new(BIO_s_mem());

    if (bio && X509_NAME_print_ex(bio, X509_get_subject_name(x), 0, XN_FLAG_RFC2253) >= 0)
        add_printed(out, bio);
}

bool certificate_validity(const X509 *x, struct text *out)
{
    cleanup(free_bio) BIO *bio = BIO_new(BIO_s_mem());

    if (bio && ASN1_TIME_print(bio, X509_get0_notAfter(x)) == 1)
        add_printed(out, bio);
    return X509_cmp_current_time(X509_get0_notAfter(x)) < 0 ||
           X509_cmp_current_time(X509_get0_notBefore(x)) > 0;
}
