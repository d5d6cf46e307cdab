#include <string.h>

#include "src/profile/writers.h"

/* Lines end and frames are parted by characters that names may hold. */
static void put_frame(struct output *o, const char *name)
{
    for (;;) {
        size_t plain = strcspn(name, ";\n\r");
        output_put(o, name, plain);
        name += plain;
        if (*name == '\0')
            return;
        output_put(o, *name == ';' ? "," : " ", 1);
        name++;
    }
}

bool write_collapsed(const struct profile *p, const struct format_options *options,
                     struct output *o)
{
    const struct totals *totals = &p->totals[options->kind];
    uint64_t scale = profile_kinds[options->kind].unit[0] == 'n' ? 1000 : 1;

    for (size_t i = 0; i < totals->count; i++) {
        const struct total *total = &totals->list[i];
        size_t depth;
        const uint64_t *frames = stack_table_get(&p->stacks, total->stack, &depth);
        uint64_t value = (total->value + scale / 2) / scale;
        if (value == 0)
            continue;
        if (options->threads || depth == 0)
            put_frame(o, names_get(&p->names, p->threads[total->thread].name));
        for (size_t k = depth; k > 0; k--) {
            if (k < depth || options->threads)
                output_put(o, ";", 1);
            put_frame(o, profile_frame_name(p, (uint32_t)frames[k - 1]));
        }
        output_put(o, " ", 1);
        output_u64(o, value);
        output_put(o, "\n", 1);
    }
    return true;
}
