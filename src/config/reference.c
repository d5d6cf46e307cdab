#include "src/config/reference.h"

#include <string.h>

#include "src/config/model.h"

enum { PRINTED_MAX = 64 };

/* Shapes that were printed, and where: the second time there is only a hint. */
struct page {
    FILE *out;
    struct {
        const struct shape *shape;
        char path[MODEL_KEY_SIZE];
    } printed[PRINTED_MAX];
    size_t count;
    const struct place *top; /* the section; its name and its own row are printed once */
};

static const char introduction[] =
    "# Configuration reference\n\n"
    "Printed by `portside config reference`; a test fails when this file differs.\n\n"
    "As an environment variable a key is `DotnetMonitor_` and the key with `__` for `:`, for "
    "example "
    "`DotnetMonitor_Storage__DumpTempFolder=/diag/dumps`. In JSON each level is an object, `0`, "
    "`1`... "
    "are the items of an array. Names compare without case. `N` stands for a number from 0, `NAME` "
    "for "
    "a name of your choice.\n\n"
    "*Reload*: takes effect when the file changes; other keys need a restart. *Marks*: "
    "**required** in "
    "its object; **secret**: never shown; **own**: dotnet-monitor does not know it; **later**: "
    "accepted, "
    "without effect in this version.\n";

static void print_head(FILE *out)
{
    (void)fprintf(out, "\n| key | type | default | range | reload | marks | meaning |\n"
                       "|---|---|---|---|---|---|---|\n");
}

static const char *type_name(const struct place *p)
{
    const struct value_type *type = place_type(p);

    if (p->row && p->row->variants)
        return "object by `Type`";
    if (p->is_free)
        return "anything";
    if (type == &type_template)
        return "object, or name of a template";
    return type ? type->name : "object";
}

static void print_names(FILE *out, const struct value_type *type)
{
    for (size_t i = 0; type && i < type->names_count; i++)
        (void)fprintf(out, "%s%s", i ? ", " : ": ", type->names[i]);
}

static void print_marks(FILE *out, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *text;
    } marks[] = {{OPTION_REQUIRED, "required"},
                 {OPTION_SECRET, "secret"},
                 {OPTION_OURS, "own"},
                 {OPTION_LATER, "later"}};
    const char *separator = "";

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (flags & marks[i].flag) {
            (void)fprintf(out, "%s%s", separator, marks[i].text);
            separator = ", ";
        }
    }
}

static void print_row(FILE *out, const struct place *p)
{
    const struct key_row *row = p->row;
    char range[EXPECTATION_SIZE];
    const char *quote = row->fallback[0] ? "`" : "";

    (void)fprintf(out, "| `%s` | %s", p->path, type_name(p));
    print_names(out, place_type(p));
    (void)fprintf(out, " | %s%s%s | %s | %s | ", quote, row->fallback, quote,
                  p->type ? value_range(p->type, row->min, row->max, range) : "",
                  p->flags & OPTION_LIVE ? "yes" : "no");
    print_marks(out, p->flags);
    (void)fprintf(out, " | %s |\n", row->sentence);
}

static const char *printed_at(const struct page *page, const struct shape *shape)
{
    for (size_t i = 0; i < page->count; i++) {
        if (page->printed[i].shape == shape)
            return page->printed[i].path;
    }
    return NULL;
}

static void remember(struct page *page, const struct place *p)
{
    if (page->count == PRINTED_MAX)
        return;
    page->printed[page->count].shape = p->shape;
    memcpy(page->printed[page->count++].path, p->path, sizeof p->path);
}

static void print_place(const struct place *p, const char *name, void *user);

/* The members of an object, or a hint where they are. */
static void print_below(struct page *page, const struct place *p)
{
    const char *before = p->shape ? printed_at(page, p->shape) : NULL;

    if (before) {
        (void)fprintf(page->out, "| `%s:...` | object | | | %s | ", p->path,
                      p->flags & OPTION_LIVE ? "yes" : "no");
        print_marks(page->out, p->flags & ~(unsigned)OPTION_REQUIRED);
        (void)fprintf(page->out, " | As `%s:...`. |\n", before);
        return;
    }
    /* Small ones are repeated: that reads better than a hint. */
    if (p->shape && p->shape->count > 3)
        remember(page, p);
    model_members(p, print_place, page);
}

static void print_place(const struct place *p, const char *name, void *user)
{
    struct page *page = user;
    bool several = p->count != KEY_ONE;

    (void)name;
    if (several) {
        struct place item = model_item(p, p->count == KEY_LIST ? "N" : "NAME");
        model_members(p, print_place, page); /* those of options.def */
        item.flags |= p->flags;
        if (item.type)
            print_row(page->out, &item);
        if (item.shape)
            print_below(page, &item);
        return;
    }
    if (p->row && (p->type || p->row->variants || p->is_free))
        print_row(page->out, p);
    if (place_is_object(p))
        print_below(page, p);
}

static void print_variants(struct page *page, const char *title, const struct place *settings)
{
    (void)fprintf(page->out, "\n## Settings of %s\n", title);
    for (const struct key_variant *v = settings->row->variants; v->type; v++) {
        struct place p = {.path = "Settings", .shape = v->shape, .flags = settings->flags};
        (void)fprintf(page->out, "\n### %s\n", v->type);
        if (!v->shape) {
            (void)fprintf(page->out, "\nNo settings.\n");
            continue;
        }
        print_head(page->out);
        model_members(&p, print_place, page);
    }
}

/* Where the variants are, from the root. */
static void print_settings(struct page *page)
{
    static const struct {
        const char *title, *levels[4];
    } all[] = {{"triggers", {"CollectionRules", "NAME", "Trigger", "Settings"}},
               {"actions", {"Templates", "CollectionRuleActions", "NAME", "Settings"}}};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct place p = model_root(), next;
        for (size_t k = 0; k < 4; k++) {
            if (!model_child(&p, all[i].levels[k], strlen(all[i].levels[k]), &next))
                return;
            p = next;
        }
        print_variants(page, all[i].title, &p);
    }
}

/* Keys without a section. */
static void print_single(const struct place *p, const char *name, void *user)
{
    if (!place_is_object(p) && p->count == KEY_ONE)
        print_place(p, name, user);
}

static void print_section(const struct place *p, const char *name, void *user)
{
    struct page *page = user;

    if (!place_is_object(p) && p->count == KEY_ONE)
        return;
    (void)fprintf(page->out, "\n## %s\n", name);
    if (p->row && !p->type)
        (void)fprintf(page->out, "\n%s\n", p->row->sentence);
    print_head(page->out);
    print_place(p, name, page);
}

void reference_print(FILE *out)
{
    struct page page = {.out = out};
    struct place root = model_root();

    (void)fputs(introduction, out);
    (void)fprintf(out, "\n## General\n");
    print_head(out);
    model_members(&root, print_single, &page);
    model_members(&root, print_section, &page);
    print_settings(&page);
}
