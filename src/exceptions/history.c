#include "src/exceptions/history.h"

#include "src/base/limits.h"

void exception_history_init(struct exception_history *h, size_t limit)
{
    *h = (struct exception_history){.limit = limit};
    list_init(&h->records);
}

static void forget(struct exception_history *h, struct exception_record *r)
{
    h->kept -= !r->undecided;
    h->undecided -= r->undecided;
    h->bytes -= r->size;
    list_remove(&r->link);
    exception_record_unref(r);
}

void exception_history_deinit(struct exception_history *h)
{
    list_each(r, &h->records, struct exception_record, link)
    {
        forget(h, r);
    }
}

static size_t kept_limit(const struct exception_history *h)
{
    return h->limit < LIMIT_EXCEPTIONS ? h->limit : LIMIT_EXCEPTIONS;
}

static void trim(struct exception_history *h)
{
    list_each(r, &h->records, struct exception_record, link)
    {
        bool large = h->bytes > LIMIT_EXCEPTIONS_BYTES;
        bool many = r->undecided ? h->undecided > LIMIT_EXCEPTIONS : h->kept > kept_limit(h);
        if (large || many)
            forget(h, r);
        else if (h->kept <= kept_limit(h) && h->undecided <= LIMIT_EXCEPTIONS)
            return;
    }
}

/* Events of one thread come in the order of time, those of several nearly so. */
static void insert(struct exception_history *h, struct exception_record *r)
{
    struct list *after = h->records.prev;

    while (after != &h->records &&
           container_of(after, struct exception_record, link)->ticks > r->ticks)
        after = after->prev;
    list_append(after->next, &r->link);
}

void exception_history_add(struct exception_history *h, struct exception_record *r,
                           enum exception_verdict verdict)
{
    if (verdict == EXCEPTION_DROPPED) {
        exception_record_unref(r);
        return;
    }
    r->id = ++h->last_id;
    r->undecided = verdict == EXCEPTION_UNDECIDED;
    h->kept += !r->undecided;
    h->undecided += r->undecided;
    h->bytes += r->size;
    insert(h, r);
    trim(h);
}

void exception_history_decide(struct exception_history *h, struct exception_record *r,
                              enum exception_verdict verdict)
{
    if (!r->undecided || verdict == EXCEPTION_UNDECIDED)
        return;
    if (verdict == EXCEPTION_DROPPED) {
        forget(h, r);
        return;
    }
    r->undecided = false;
    h->undecided--;
    h->kept++;
}

void exception_history_set_limit(struct exception_history *h, size_t limit)
{
    h->limit = limit;
    trim(h);
}
