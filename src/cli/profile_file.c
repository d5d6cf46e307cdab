#include "src/cli/profile_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/cleanup.h"
#include "src/base/text.h"
#include "src/cli/trace_file.h"
#include "src/profile/recorder.h"

static int feed(void *user, const void *data, size_t size, struct error *err)
{
    return recorder_feed(user, data, size, err);
}

static int write_fd(void *user, const void *data, size_t size)
{
    const int *fd = user;
    const char *at = data;

    while (size > 0) {
        ssize_t n = write(*fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

static void warn(const char *path, const char *fmt, const char *text)
{
    (void)fprintf(stderr, "portside: warning: %s: ", path);
    (void)fprintf(stderr, "%s%s\n", fmt, text);
}

static void warn_of_gaps(const char *path, const struct profile *p)
{
    char text[32];

    if (p->lost > 0) {
        (void)snprintf(text, sizeof text, "%" PRIu64, p->lost);
        warn(path, "events that the runtime dropped (record with a larger buffer): ", text);
    }
    if (p->dropped > 0) {
        (void)snprintf(text, sizeof text, "%" PRIu64, p->dropped);
        warn(path, "samples and methods beyond portside's limits: ", text);
    }
}

/* Damage ends the reading; what came before it is shown when it is anything. */
static int load(const char *path, const struct recorder_options *options,
                struct profile *ret_profile, struct error *err)
{
    struct recorder *r = recorder_new(options);
    struct error end;

    if (!r)
        return error_set(err, -ENOMEM, "no memory");
    int code = trace_file_read(path, feed, r, err);
    int finish = recorder_finish(r, ret_profile, &end);
    recorder_free(r);
    if (code == 0 && finish < 0)
        error_set(err, finish, "%s", end.text);
    code = code < 0 ? code : finish;
    if (code == 0 || (finish != -ENOMEM && ret_profile->events > 0)) {
        if (code < 0)
            warn(path, "the trace is incomplete, this is what there is: ", err->text);
        warn_of_gaps(path, ret_profile);
        return 0;
    }
    profile_deinit(ret_profile);
    return error_prefix(err, "%s", path);
}

static int write_out(const struct profile *p, const struct format *format,
                     const struct format_options *options, int fd, const char *out,
                     struct error *err)
{
    int r = format_write(format, p, options, write_fd, &fd, err);

    if (r == 0 || r == -ENODATA || r == -EINVAL || r == -ENOMEM)
        return r;
    return error_set(err, r, "write %s: %s", out, strerror(-r));
}

/* A device, a pipe, a link: written to where it is. */
static int write_in_place(const struct profile *p, const struct format *format,
                          const struct format_options *options, const char *out, struct error *err)
{
    cleanup(close_fd) int fd = open(out, O_WRONLY | O_TRUNC | O_CLOEXEC);

    if (fd < 0)
        return error_set(err, -errno, "open %s: %s", out, strerror(errno));
    return write_out(p, format, options, fd, out, err);
}

/* Into a file beside it, which then takes its place. */
static int write_file(const struct profile *p, const struct format *format,
                      const struct format_options *options, const char *out, struct error *err)
{
    struct text beside = {0};
    struct stat st;

    if (lstat(out, &st) == 0 && !S_ISREG(st.st_mode))
        return write_in_place(p, format, options, out, err);
    text_add_fmt(&beside, "%s.%d.part", out, (int)getpid());
    cleanup(free_str) char *part = text_take(&beside);
    if (!part)
        return error_set(err, -ENOMEM, "no memory");
    cleanup(close_fd) int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return error_set(err, -errno, "create %s: %s", part, strerror(errno));
    int r = write_out(p, format, options, fd, out, err);
    if (r == 0 && rename(part, out) < 0)
        r = error_set(err, -errno, "rename %s to %s: %s", part, out, strerror(errno));
    if (r < 0)
        (void)unlink(part);
    return r;
}

int profile_file_write(const char *path, const struct format *format,
                       const struct format_options *options, const char *out, struct error *err)
{
    struct profile p;
    struct recorder_options wanted = {.events_end_samples = format->events_end_samples};

    wanted.kinds = options->kind == PROFILE_KINDS ? format->kinds : 1U << options->kind;
    int r = load(path, &wanted, &p, err);
    if (r < 0)
        return r;
    if (strcmp(out, "-") == 0)
        r = write_out(&p, format, options, STDOUT_FILENO, "standard output", err);
    else
        r = write_file(&p, format, options, out, err);
    profile_deinit(&p);
    return r;
}
