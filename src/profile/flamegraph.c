/*
 * profile/flamegraph.c - the page of web/flamegraph with a profile in it.
 *
 * The page is linked in as it stands in web/flamegraph/page.out.html; only its data block is
 * written here. Data is JSON in which < > & are escaped, in an element that is not executed: no
 * name can end the element or run, and the page's policy allows just its own script and style by
 * their hashes.
 */
#include <string.h>

#include "src/profile/call_tree.h"
#include "src/profile/limits.h"
#include "src/profile/writers.h"

/* FLAMEGRAPH_PAGE: its path, from CMake. */
__asm__(".section .rodata\n"
        ".global flamegraph_page\n"
        ".global flamegraph_page_end\n"
        "flamegraph_page:\n"
        ".incbin \"" FLAMEGRAPH_PAGE "\"\n"
        "flamegraph_page_end:\n"
        ".byte 0\n"
        ".previous\n");
extern const char flamegraph_page[], flamegraph_page_end[];

static const char place[] = "{{DATA}}";

static void put_list(struct output *o, const char *key, const struct profile *p,
                     const char *(*name)(const struct profile *, uint32_t), size_t count)
{
    output_fmt(o, ",\"%s\":[", key);
    for (size_t i = 0; i < count; i++) {
        output_str(o, i ? ",\n" : "\n");
        output_json(o, name(p, (uint32_t)i));
    }
    output_put(o, "]", 1);
}

static const char *thread_name(const struct profile *p, uint32_t i)
{
    return names_get(&p->names, p->threads[i].name);
}

static void put_head(struct output *o, const struct profile *p,
                     const struct format_options *options)
{
    const struct profile_kind_info *info = &profile_kinds[options->kind];

    output_str(o, "{\"name\":");
    output_json(o, options->name ? options->name : "trace");
    output_fmt(o, ",\"kind\":\"%s\",\"unit\":\"%s\",\"title\":\"%s\",\"process\":", info->name,
               info->unit, info->title);
    output_json(o, names_get(&p->names, p->process));
    put_list(o, "threads", p, thread_name, p->thread_count);
    put_list(o, "frames", p, profile_frame_name, p->frame_count);
}

/* Quadruples: thread, node, count, value. The nodes come into `tree`. */
static bool put_samples(struct output *o, const struct profile *p, const struct totals *totals,
                        struct call_tree *tree)
{
    output_str(o, ",\"samples\":[");
    for (size_t i = 0; i < totals->count; i++) {
        const struct total *total = &totals->list[i];
        size_t depth;
        const uint64_t *frames = stack_table_get(&p->stacks, total->stack, &depth);
        uint32_t node = call_tree_add(tree, frames, depth, PROFILE_TREE_DEPTH);
        if (node == NUMBER_MAP_NONE)
            return false;
        output_fmt(o, "%s%u,%u,%llu,%llu", i ? ",\n" : "\n", total->thread, node,
                   (unsigned long long)total->count, (unsigned long long)total->value);
    }
    output_put(o, "]", 1);
    return true;
}

static void put_nodes(struct output *o, const struct call_tree *tree)
{
    output_str(o, ",\"nodes\":[");
    for (size_t i = 0; i < tree->count; i++) {
        output_str(o, i ? ",\n" : "\n");
        output_u64(o, tree->nodes[i].parent);
        output_put(o, ",", 1);
        output_u64(o, tree->nodes[i].frame);
    }
    output_str(o, "]}");
}

bool write_flamegraph(const struct profile *p, const struct format_options *options,
                      struct output *o)
{
    struct call_tree tree = {0};
    size_t size = (size_t)(flamegraph_page_end - flamegraph_page);
    const char *at = memmem(flamegraph_page, size, place, sizeof place - 1);

    if (!at)
        return false; /* tests make sure that the page has its place */
    output_put(o, flamegraph_page, (size_t)(at - flamegraph_page));
    put_head(o, p, options);
    bool ok = put_samples(o, p, &p->totals[options->kind], &tree);
    put_nodes(o, &tree);
    at += sizeof place - 1;
    output_put(o, at, (size_t)(flamegraph_page_end - at));
    call_tree_deinit(&tree);
    return ok;
}
