#include "src/heap/tape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "src/base/cleanup.h"

enum { TAIL = 128 * 1024 }; /* kept in memory of a tape with a file */

void tape_init(struct tape *t, struct spill *spill)
{
    *t = (struct tape){.file = -1};
    spill_array_init(&t->array, spill);
}

void tape_free(struct tape *t)
{
    struct spill *spill = t->array.spill;

    if (!spill)
        return;
    spill_array_free(&t->array);
    close_fd(&t->file);
    tape_init(t, spill);
}

static int write_all(int fd, const void *data, size_t size, uint64_t offset)
{
    const char *at = data;

    while (size > 0) {
        ssize_t n = pwrite(fd, at, size, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        at += n;
        size -= (size_t)n;
        offset += (uint64_t)n;
    }
    return 0;
}

/* What is in memory goes to the file. */
static int write_out(struct tape *t, struct error *err)
{
    struct spill_array *a = &t->array;
    int r = t->file < 0 ? spill_open_file(a->spill, a->size, &t->file, err) : 0;

    if (r == 0 && (r = write_all(t->file, a->data, a->size, t->written)) < 0)
        error_set(err, r, "the heap is large, and the disk has no room for it: %s", strerror(-r));
    if (r < 0)
        return r;
    t->written += a->size;
    a->size = 0;
    return 0;
}

int tape_make_room(struct tape *t, size_t bytes, struct error *err)
{
    struct spill_array *a = &t->array;
    size_t tail = bytes > TAIL ? bytes : TAIL;
    int r = 0;

    if (a->fd >= 0) {
        t->written = a->size;
        t->file = spill_unmap(a);
    }
    if (t->file < 0 && (r = spill_reserve_memory(a, a->size + bytes, err)) != -ENOBUFS)
        return r;
    r = a->size > 0 ? write_out(t, err) : 0;
    return r < 0 || a->capacity == tail ? r : spill_resize_memory(a, tail, err);
}

int tape_seal(struct tape *t, struct error *err)
{
    struct spill_array *a = &t->array;

    if (t->file < 0)
        return 0;
    int r = write_out(t, err);
    if (r == 0)
        r = spill_resize_memory(a, 0, err);
    if (r == 0)
        r = spill_map(a, t->file, t->written, err);
    if (r < 0)
        return r;
    t->file = -1;
    t->written = 0;
    return 0;
}

int tape_end(struct tape *t, struct spill_array *ret, struct error *err)
{
    struct spill *spill = t->array.spill;
    int r = tape_seal(t, err);

    if (r < 0)
        return r;
    spill_move(ret, &t->array);
    tape_init(t, spill);
    return 0;
}
