#include "src/http/certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/base/limits.h"
#include "src/http/certificate_pfx.h"
#include "src/http/tls_error.h"

#define KEY(name) "Kestrel:Certificates:Default:" name

static void free_bio(BIO **bio)
{
    BIO_free(*bio);
}

void certificate_deinit(struct certificate *c)
{
    X509_free(c->leaf);
    EVP_PKEY_free(c->key);
    sk_X509_pop_free(c->chain, X509_free);
    *c = (struct certificate){0};
}

/* --- files --- */

static int read_all(int fd, const char *path, BIO *to, struct error *err)
{
    char data[16 * 1024];
    size_t size = 0;
    ssize_t n;

    while ((n = read(fd, data, sizeof data)) > 0) {
        size += (size_t)n;
        if (size > LIMIT_CERTIFICATE_FILE)
            return error_set(err, -EFBIG, "%s is too large for a certificate or key", path);
        if (BIO_write(to, data, (int)n) != (int)n)
            return error_set(err, -ENOMEM, "read %s: out of memory", path);
    }
    OPENSSL_cleanse(data, sizeof data);
    return n < 0 ? error_set(err, -errno, "read %s: %s", path, strerror(errno)) : 0;
}

/* The whole file in memory, so that a file that changes meanwhile is not read in two halves by the
 * parsers. Not blocking: the path may be a FIFO. */
static int open_file(const char *path, const char *key, BIO **ret, struct error *err)
{
    cleanup(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return error_set(err, -errno, "cannot read %s (%s): %s%s", path, key, strerror(errno),
                         errno == EACCES ? "; it must be readable for the user that runs portside"
                                         : "");
    if (!S_ISREG(st.st_mode))
        return error_set(err, -EINVAL, "%s (%s) is not a file", path, key);
    cleanup(free_bio) BIO *bio = BIO_new(BIO_s_secmem());
    if (!bio)
        return error_set(err, -ENOMEM, "read %s: out of memory", path);
    int r = read_all(fd, path, bio, err);
    if (r == 0)
        *ret = take_ptr(bio);
    return r;
}

static bool holds(BIO *bio, const char *mark)
{
    char *data = NULL;
    long size = BIO_get_mem_data(bio, &data);

    return size > 0 && memmem(data, (size_t)size, mark, strlen(mark)) != NULL;
}

/* --- PEM --- */

/* Asked only when the key is encrypted. `user` is the password. */
static int give_password(char *to, int size, int writing, void *user)
{
    const char *password = user;
    size_t n = strlen(password);

    (void)writing;
    if (n == 0 || n > (size_t)size)
        return -1;
    memcpy(to, password, n);
    return (int)n;
}

static int key_failure(const char *path, const char *password, struct error *err)
{
    ERR_clear_error();
    if (*password)
        return error_set(err, -EINVAL,
                         "the private key in %s cannot be read: it is damaged, or the password "
                         "(" KEY("Password") ") is another one",
                         path);
    return error_set(err, -EINVAL,
                     "the private key in %s cannot be read: it is damaged, or it is encrypted and "
                     "needs " KEY("Password"),
                     path);
}

static int read_key(BIO *bio, const char *path, const char *password, EVP_PKEY **ret,
                    struct error *err)
{
    /* The callback only reads through its argument. */
    void *user = (void *)(uintptr_t)password;

    if (!holds(bio, "PRIVATE KEY-----"))
        return error_set(err, -EINVAL, "%s holds no private key; set " KEY("KeyPath"), path);
    *ret = PEM_read_bio_PrivateKey(bio, NULL, give_password, user);
    return *ret ? 0 : key_failure(path, password, err);
}

static bool is_end_of_pem(void)
{
    unsigned long last = ERR_peek_last_error();
    bool end = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;

    if (end)
        ERR_clear_error();
    return end;
}

/* The first certificate is the server's, the others are sent with it. */
static int read_chain(struct certificate *c, BIO *bio, const char *path, struct error *err)
{
    c->leaf = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    c->chain = sk_X509_new_null();
    if (!c->chain)
        return error_set(err, -ENOMEM, "read %s: out of memory", path);
    if (!c->leaf)
        return tls_error_set(err, -EINVAL, "%s holds no certificate that can be read", path);
    for (X509 *next; (next = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL;) {
        if (sk_X509_push(c->chain, next) <= 0) {
            X509_free(next);
            return error_set(err, -ENOMEM, "read %s: out of memory", path);
        }
    }
    if (!is_end_of_pem())
        return tls_error_set(err, -EINVAL, "certificate %d in %s cannot be read",
                             sk_X509_num(c->chain) + 2, path);
    return 0;
}

static int load_pem(struct certificate *c, BIO *bio, const struct certificate_files *f,
                    struct error *err)
{
    cleanup(free_bio) BIO *key = NULL;
    int r;

    if (*f->key_path) {
        r = open_file(f->key_path, KEY("KeyPath"), &key, err);
        if (r == 0)
            r = read_key(key, f->key_path, f->password, &c->key, err);
    } else {
        char *data = NULL;
        long size = BIO_get_mem_data(bio, &data);
        key = BIO_new_mem_buf(data, (int)size); /* a second reader of the same bytes */
        r = key ? read_key(key, f->path, f->password, &c->key, err)
                : error_set(err, -ENOMEM, "read %s: out of memory", f->path);
    }
    return r < 0 ? r : read_chain(c, bio, f->path, err);
}

static int load_pfx(struct certificate *c, BIO *bio, const struct certificate_files *f,
                    struct error *err)
{
    char *data = NULL;
    long size = BIO_get_mem_data(bio, &data);

    return certificate_read_pfx(c, data, size, f, err);
}

/* --- both --- */

static int load(struct certificate *c, const struct certificate_files *f, struct error *err)
{
    cleanup(free_bio) BIO *bio = NULL;
    int r = open_file(f->path, KEY("Path"), &bio, err);

    if (r < 0)
        return r;
    r = holds(bio, "-----BEGIN ") ? load_pem(c, bio, f, err) : load_pfx(c, bio, f, err);
    if (r < 0)
        return r;
    if (X509_check_private_key(c->leaf, c->key) != 1) {
        ERR_clear_error();
        return error_set(err, -EINVAL, "the private key%s%s does not belong to the certificate %s",
                         *f->key_path ? " " : "", f->key_path, f->path);
    }
    return 0;
}

int certificate_load(struct certificate *c, const struct certificate_files *files,
                     struct error *err)
{
    *c = (struct certificate){0};
    ERR_clear_error();
    int r = load(c, files, err);
    if (r < 0)
        certificate_deinit(c);
    return r;
}
