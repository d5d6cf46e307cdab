/* Which instruments make which metric. */
#include "src/metrics/exposition_page.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/hash.h"

void page_deinit(struct page *p)
{
    text_deinit(&p->prefix);
    text_deinit(&p->names);
    text_deinit(&p->process_labels);
    text_deinit(&p->labels);
    text_deinit(&p->label_names);
    number_map_deinit(&p->by_name);
    number_map_deinit(&p->seen_labels);
    free(p->families);
    free(p->entries);
}

/* Room for one more of `size` bytes. */
static bool grow(void **items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    size_t wider = *capacity ? *capacity * 2 : 64;
    void *grown = realloc(*items, wider * size);
    if (!grown)
        return false;
    *items = grown;
    *capacity = wider;
    return true;
}

static enum page_type type_of(const struct page *p, enum measurement_kind kind)
{
    if (kind == MEASUREMENT_HISTOGRAM)
        return PAGE_SUMMARY;
    bool counts = kind == MEASUREMENT_INCREMENT || kind == MEASUREMENT_COUNTER;
    return p->style->counters && counts ? PAGE_COUNTER : PAGE_GAUGE;
}

/* Names of ours. */
static bool is_taken(const char *name)
{
    static const char ours[] = "portside_";

    return strncmp(name, ours, sizeof ours - 1) == 0 || strcmp(name, "target") == 0 ||
           strcmp(name, "target_info") == 0;
}

static struct page_family *family_named(struct page *p, size_t name, enum page_type type)
{
    size_t size = p->names.size - name;
    uint64_t hash = hash_bytes(p->names.data + name, size);
    uint32_t index = number_map_get(&p->by_name, hash);

    if (index != NUMBER_MAP_NONE) {
        p->names.size = name; /* is there already */
        return &p->families[index];
    }
    if (!grow((void **)&p->families, p->family_count, &p->family_capacity, sizeof *p->families) ||
        !number_map_set(&p->by_name, hash, (uint32_t)p->family_count))
        return NULL;
    text_add(&p->names, "", 1); /* NUL */
    p->families[p->family_count] =
        (struct page_family){.name = name, .name_size = size, .type = type};
    return &p->families[p->family_count++];
}

static bool add_instrument(struct page *p, const struct metric_instrument *in)
{
    size_t name = p->names.size;
    enum page_type type = type_of(p, in->kind);
    double scale = p->style->name(&p->names, in);

    if (p->names.failed ||
        !grow((void **)&p->entries, p->entry_count, &p->entry_capacity, sizeof *p->entries))
        return false;
    if (is_taken(p->names.data + name)) {
        p->names.size = name;
        p->left_out[PAGE_CONFLICT]++;
        return true;
    }
    struct page_family *f = family_named(p, name, type);
    if (!f)
        return false;
    if (f->type != type) {
        p->left_out[PAGE_CONFLICT]++;
        return true;
    }
    p->entries[p->entry_count++] = (struct page_entry){.instrument = in, .scale = scale};
    if (f->last)
        p->entries[f->last - 1].next = (uint32_t)p->entry_count;
    else
        f->first = (uint32_t)p->entry_count;
    f->last = (uint32_t)p->entry_count;
    return true;
}

bool page_collect(struct page *p)
{
    list_each(process, metric_store_processes(p->store), struct metric_process, link)
        list_each(in, &process->instruments, struct metric_instrument,
                  link) if (!add_instrument(p, in)) return false;
    return true;
}
