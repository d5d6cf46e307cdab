#include "src/profile/format.h"

#include <errno.h>
#include <strings.h>

#include "src/profile/writers.h"

#define TIMES (1U << PROFILE_WALL | 1U << PROFILE_CPU)

const struct format formats[] = {
    {"speedscope", "application/json", "speedscope.json", "for https://www.speedscope.app",
     PROFILE_ALL_KINDS, false, write_speedscope},
    {"chromium", "application/json", "chromium.json", "for chrome://tracing and Perfetto", TIMES,
     false, write_chromium},
    {"collapsed", "text/plain; charset=utf-8", "collapsed.txt",
     "stacks on lines, for flamegraph.pl and others", PROFILE_ALL_KINDS, false, write_collapsed},
    {"pprof", "application/octet-stream", "pb.gz", "for `go tool pprof` and profile stores",
     PROFILE_ALL_KINDS, false, write_pprof},
    {"flamegraph", "text/html; charset=utf-8", "flamegraph.html", "one page for any browser",
     PROFILE_ALL_KINDS, false, write_flamegraph},
    {"topn", "text/plain; charset=utf-8", "topn.txt", "the heaviest methods", PROFILE_ALL_KINDS,
     true, write_topn},
    {"topn-json", "application/json", "topn.json", "the heaviest methods, for programs",
     PROFILE_ALL_KINDS, true, write_topn_json},
    {0},
};

const struct format *format_find(const char *name)
{
    for (const struct format *f = formats; f->name; f++) {
        if (strcasecmp(f->name, name) == 0)
            return f;
    }
    return NULL;
}

static enum profile_kind first_kind(const struct format *f, const struct profile *p)
{
    int kind = 0;

    while (kind < PROFILE_KINDS && !(p->totals[kind].count && f->kinds & 1U << kind))
        kind++;
    return (enum profile_kind)kind;
}

int format_check_kind(const struct format *f, enum profile_kind kind, struct error *err)
{
    if (f->kinds & 1U << kind)
        return 0;
    return error_set(err, -EINVAL,
                     "%s cannot show %s, which has no times; take collapsed, "
                     "pprof, flamegraph or speedscope",
                     f->name, profile_kinds[kind].name);
}

static int choose_kind(const struct format *f, const struct profile *p, enum profile_kind *kind,
                       bool empty_ok, struct error *err)
{
    if (*kind == PROFILE_KINDS)
        *kind = first_kind(f, p);
    if (*kind == PROFILE_KINDS)
        return error_set(err, -ENODATA,
                         "the trace has no samples that %s can show; record it with %s", f->name,
                         profile_kinds[PROFILE_WALL].needs);
    const struct profile_kind_info *info = &profile_kinds[*kind];
    int r = format_check_kind(f, *kind, err);
    if (r == 0 && p->totals[*kind].count == 0 && !empty_ok)
        r = error_set(err, -ENODATA, "the trace has nothing of kind %s; record it with %s",
                      info->name, info->needs);
    return r;
}

int format_write(const struct format *f, const struct profile *p,
                 const struct format_options *options,
                 int (*write)(void *user, const void *data, size_t size), void *user,
                 struct error *err)
{
    struct format_options chosen = *options;
    struct output o;
    int r = choose_kind(f, p, &chosen.kind, options->empty_ok, err);

    if (r < 0)
        return r;
    output_init(&o, write, user);
    if (!f->write(p, &chosen, &o))
        return error_set(err, -ENOMEM, "no memory to write %s", f->name);
    r = output_end(&o);
    return r < 0 ? error_set(err, r, "the output was not taken") : 0;
}
