#include "src/auth/token_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/auth/auth_log.h"
#include "src/base/cleanup.h"
#include "src/base/limits.h"

enum {
    POLL_MS = 30 * 1000, /* folders on network file systems tell nothing */
    CHANGES = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB,
};

static bool hash_of(const char *text, size_t size, uint8_t hash[static TOKEN_FILE_HASH_SIZE])
{
    return EVP_Digest(text, size, hash, NULL, EVP_sha256(), NULL) == 1;
}

static int check_file(int fd, const char *path, bool *ret_readable, struct error *err)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return error_set(err, -errno, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return error_set(err, -EINVAL, "%s is no file", path);
    if (st.st_mode & S_IWOTH)
        return error_set(err, -EACCES, "%s can be written by everybody; chmod o-w", path);
    *ret_readable = st.st_mode & S_IROTH;
    return 0;
}

/* Cuts blanks off both ends of `text` and checks what is left: a header can carry it. */
static int check_text(const char **text, size_t *size, const char *path, struct error *err)
{
    static const char blanks[] = " \t\r\n";
    const char *at = *text, *end = at + *size;

    while (at < end && strchr(blanks, *at))
        at++;
    while (end > at && strchr(blanks, end[-1]))
        end--;
    for (const char *c = at; c < end; c++) {
        if (*c <= ' ' || *c > '~')
            return error_set(err, -EINVAL, "%s holds more than one word of printable ASCII", path);
    }
    if (end - at < LIMIT_TOKEN_FILE_MIN)
        return error_set(err, -EINVAL, "the token in %s has less than %d characters", path,
                         LIMIT_TOKEN_FILE_MIN);
    *text = at;
    *size = (size_t)(end - at);
    return 0;
}

static int read_file(const char *path, uint8_t hash[static TOKEN_FILE_HASH_SIZE],
                     bool *ret_readable, struct error *err)
{
    char bytes[LIMIT_TOKEN_FILE + 1];
    const char *text = bytes;
    cleanup(close_fd) int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        return error_set(err, -errno, "%s: %s", path, strerror(errno));
    int r = check_file(fd, path, ret_readable, err);
    if (r < 0)
        return r;
    ssize_t n = read(fd, bytes, sizeof bytes);
    if (n < 0)
        return error_set(err, -errno, "read %s: %s", path, strerror(errno));
    if (n > LIMIT_TOKEN_FILE)
        return error_set(err, -EINVAL, "%s has more than %d bytes", path, LIMIT_TOKEN_FILE);
    size_t size = (size_t)n;
    r = check_text(&text, &size, path, err);
    if (r == 0 && !hash_of(text, size, hash))
        r = error_set(err, -EIO, "OpenSSL has no SHA-256");
    OPENSSL_cleanse(bytes, sizeof bytes);
    return r;
}

/* A file that is gone or makes no sense takes the token with it: that is how one is revoked. */
static void refresh(void *user)
{
    struct token_file *t = user;
    uint8_t hash[TOKEN_FILE_HASH_SIZE];
    struct error err;
    bool readable = false;

    if (read_file(t->path, hash, &readable, &err) < 0) {
        if (!t->told)
            auth_log_fault("Tokens", t->name, err.text);
        t->told = true;
        t->usable = false;
        return;
    }
    bool same = t->usable && memcmp(hash, t->hash, sizeof hash) == 0;
    memcpy(t->hash, hash, sizeof hash);
    t->usable = true;
    t->told = false;
    if (!same)
        auth_log_token(t->name, t->path, readable);
}

int token_file_start(struct token_file *t, uv_loop_t *loop, const char *name, const char *path,
                     unsigned scopes, struct error *err)
{
    struct error ignored;

    if (!path || path[0] != '/')
        return error_set(err, -EINVAL, "File must be the absolute path of a file with the token");
    *t = (struct token_file){.name = strdup(name), .path = strdup(path), .scopes = scopes};
    cleanup(free_str) char *folder = strdup(path);
    if (!t->name || !t->path || !folder ||
        timer_start(&t->timer, loop, POLL_MS, POLL_MS, refresh, t) < 0) {
        token_file_stop(t);
        return error_set(err, -ENOMEM, "out of memory");
    }
    char *slash = strrchr(folder, '/');
    slash[slash == folder] = '\0';
    /* A folder that cannot be watched is left to the timer. */
    (void)file_watch_start(&t->watch, loop, folder, CHANGES, refresh, t, &ignored);
    refresh(t);
    return 0;
}

void token_file_stop(struct token_file *t)
{
    file_watch_stop(&t->watch);
    timer_stop(&t->timer);
    free(t->name);
    free(t->path);
    *t = (struct token_file){0};
}

bool token_file_matches(const struct token_file *t, const char *token)
{
    uint8_t hash[TOKEN_FILE_HASH_SIZE];

    return t->usable && hash_of(token, strlen(token), hash) &&
           CRYPTO_memcmp(hash, t->hash, sizeof hash) == 0;
}
