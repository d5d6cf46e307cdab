/*
 * A certificate file, half written or worse: PEM with its key inside, or PFX. The first byte says
 * how: 0: the other bytes are the file; 1, 2: they are edits (offset in two bytes, new byte) of a
 * good PEM or PFX file, which is made at the start: no key lies in the corpus.
 */
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "src/http/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RAW, PEM, PFX, KINDS, FILE_MAX = 8192 };

struct file {
    uint8_t data[FILE_MAX];
    size_t size;
};

static void keep(struct file *f, BIO *bio)
{
    char *data = NULL;
    long size = BIO_get_mem_data(bio, &data);

    if (size <= 0 || (size_t)size > sizeof f->data)
        abort();
    memcpy(f->data, data, (size_t)size);
    f->size = (size_t)size;
    BIO_free(bio);
}

static void make_files(struct file *pem, struct file *pfx)
{
    struct certificate c;
    struct error err;
    BIO *a = BIO_new(BIO_s_mem()), *b = BIO_new(BIO_s_mem());

    if (certificate_make(&c, &err) < 0 || !a || !b || PEM_write_bio_X509(a, c.leaf) != 1 ||
        PEM_write_bio_PrivateKey(a, c.key, NULL, NULL, 0, NULL, NULL) != 1)
        abort();
    PKCS12 *p = PKCS12_create("pw", "fuzz", c.key, c.leaf, NULL, 0, 0, 1, 1, 0);
    if (!p || i2d_PKCS12_bio(b, p) != 1)
        abort();
    keep(pem, a);
    keep(pfx, b);
    PKCS12_free(p);
    certificate_deinit(&c);
}

/* The file that the input stands for. */
static struct file make_input(const uint8_t *data, size_t size)
{
    static struct file good[KINDS];
    struct file f = good[RAW];
    unsigned kind = size ? data[0] % KINDS : RAW;

    if (good[PEM].size == 0)
        make_files(&good[PEM], &good[PFX]);
    if (kind == RAW) {
        f.size = size > 1 ? size - 1 : 0;
        if (f.size > sizeof f.data)
            f.size = sizeof f.data;
        if (f.size)
            memcpy(f.data, data + 1, f.size);
        return f;
    }
    f = good[kind];
    for (size_t i = 1; i + 2 < size; i += 3)
        f.data[(size_t)(data[i] << 8 | data[i + 1]) % f.size] = data[i + 2];
    return f;
}

static void check_facts(const struct certificate *c)
{
    char fingerprint[CERTIFICATE_FINGERPRINT_SIZE];
    struct text text = {0};

    certificate_fingerprint(c->leaf, fingerprint);
    certificate_subject(c->leaf, &text);
    (void)certificate_validity(c->leaf, &text);
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < ' ' || text.data[i] > '~')
            abort(); /* it goes into the log */
    }
    text_deinit(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct file f = make_input(data, size);
    struct certificate c;
    struct error err = {0};
    char path[64];
    int fd = memfd_create("certificate", MFD_CLOEXEC);

    if (fd < 0 || (f.size && write(fd, f.data, f.size) != (ssize_t)f.size))
        abort();
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int r = certificate_load(&c, &(struct certificate_files){path, "", "pw"}, &err);
    if ((r < 0) != (err.code < 0) || (r < 0 && (c.leaf || c.key || c.chain)))
        abort();
    if (size == 1 && data[0] % KINDS != RAW && r < 0)
        abort(); /* a good file */
    if (r == 0)
        check_facts(&c);
    certificate_deinit(&c);
    (void)close(fd);
    return 0;
}
