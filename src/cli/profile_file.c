#include "src/cli/profile_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/cli/out_file.h"
#include "src/cli/trace_file.h"
#include "src/profile/recorder.h"

static int feed(void *user, const void *data, size_t size, struct error *err)
{
    return recorder_feed(user, data, size, err);
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

struct job {
    const struct profile *profile;
    const struct format *format;
    const struct format_options *options;
};

static int write_profile(void *user, int (*write)(void *, const void *, size_t), void *to,
                         struct error *err)
{
    const struct job *job = user;

    return format_write(job->format, job->profile, job->options, write, to, err);
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
    r = out_file_write(out, write_profile, &(struct job){&p, format, options}, err);
    profile_deinit(&p);
    return r;
}
