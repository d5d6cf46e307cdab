#include "src/heap/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/heap/limits.h"

enum { PAGE = 4096, STEP_MAX = 32 * 1024 * 1024 };

void spill_init(struct spill *s, const char *const *folders, size_t memory_max)
{
    *s = (struct spill){.folders = folders, .memory_max = memory_max, .steps = HEAP_BREATH};
    list_init(&s->arrays);
    s->statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
}

void spill_deinit(struct spill *s)
{
    if (s->statm >= 0)
        (void)close(s->statm);
    s->statm = -1;
}

void spill_array_init(struct spill_array *a, struct spill *spill)
{
    *a = (struct spill_array){.spill = spill, .fd = -1};
    list_init(&a->link);
}

void spill_array_free(struct spill_array *a)
{
    if (!a->spill)
        return;
    if (a->data)
        (void)munmap(a->data, a->capacity);
    if (a->fd >= 0)
        (void)close(a->fd);
    else
        a->spill->memory -= a->capacity;
    list_remove(&a->link);
    spill_array_init(a, a->spill);
}

static int open_unnamed(const char *folder)
{
    char path[4096];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    if (snprintf(path, sizeof path, "%s/portside-heap-XXXXXX", folder) >= (int)sizeof path)
        return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(path);
    return fd;
}

int spill_open_file(const struct spill *s, size_t size, int *ret_fd, struct error *err)
{
    int code = ENOENT;

    for (const char *const *folder = s->folders; folder && *folder; folder++) {
        cleanup(close_fd) int fd = open_unnamed(*folder);
        code = fd < 0 ? errno : posix_fallocate(fd, 0, (off_t)size);
        if (code == 0) {
            *ret_fd = take_fd(&fd);
            return 0;
        }
    }
    return error_set(err, -code,
                     "the heap is large, and there is no folder with room for %zu MiB of it: %s",
                     size / (1024 * 1024) + 1, strerror(code));
}

/* From memory to a file. */
static int move_out(struct spill_array *a, size_t capacity, struct error *err)
{
    cleanup(close_fd) int fd = -1;
    int r = spill_open_file(a->spill, capacity, &fd, err);

    if (r < 0)
        return r;
    void *data = mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED)
        return error_set(err, -errno, "map a file: %s", strerror(errno));
    if (a->data) {
        memcpy(data, a->data, a->size);
        (void)munmap(a->data, a->capacity);
    }
    a->spill->memory -= a->capacity;
    a->data = data;
    a->capacity = capacity;
    a->fd = take_fd(&fd);
    list_append(&a->spill->arrays, &a->link);
    return 0;
}

static int grow_file(struct spill_array *a, size_t capacity, struct error *err)
{
    int code = posix_fallocate(a->fd, 0, (off_t)capacity);

    if (code != 0)
        return error_set(err, -code, "the heap is large, and the disk has no room for it: %s",
                         strerror(code));
    void *data = mremap(a->data, a->capacity, capacity, MREMAP_MAYMOVE);
    if (data == MAP_FAILED)
        return error_set(err, -errno, "map a file: %s", strerror(errno));
    a->data = data;
    a->capacity = capacity;
    return 0;
}

int spill_resize_memory(struct spill_array *a, size_t size, struct error *err)
{
    size_t capacity = (size + PAGE - 1) / PAGE * PAGE;
    void *data = NULL;

    if (capacity == 0 && a->data)
        (void)munmap(a->data, a->capacity);
    else if (a->data)
        data = mremap(a->data, a->capacity, capacity, MREMAP_MAYMOVE);
    else if (capacity > 0)
        data = mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED)
        return error_set(err, -ENOMEM, "no memory for the heap");
    a->spill->memory += capacity - a->capacity;
    a->data = data;
    a->capacity = capacity;
    return 0;
}

/* By half of what it has; STEP_MAX at most. */
static size_t next_capacity(const struct spill_array *a, size_t size)
{
    size_t step = a->capacity / 2;

    step = step > STEP_MAX ? STEP_MAX : step;
    size_t capacity = a->capacity + step > size ? a->capacity + step : size;
    return (capacity + PAGE - 1) / PAGE * PAGE;
}

int spill_reserve_memory(struct spill_array *a, size_t size, struct error *err)
{
    size_t capacity = next_capacity(a, size);

    if (size <= a->capacity)
        return 0;
    if (a->spill->memory - a->capacity + capacity > a->spill->memory_max)
        return -ENOBUFS;
    return spill_resize_memory(a, capacity, err);
}

int spill_reserve(struct spill_array *a, size_t size, struct error *err)
{
    if (size <= a->capacity)
        return 0;
    if (a->fd >= 0)
        return grow_file(a, next_capacity(a, size), err);
    int r = spill_reserve_memory(a, size, err);
    return r == -ENOBUFS ? move_out(a, next_capacity(a, size), err) : r;
}

int spill_map(struct spill_array *a, int fd, size_t size, struct error *err)
{
    void *data = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);

    if (data == MAP_FAILED)
        return error_set(err, -errno, "map a file: %s", strerror(errno));
    a->data = data;
    a->size = a->capacity = size; /* whoever appends must ask for room */
    a->fd = fd;
    list_append(&a->spill->arrays, &a->link);
    return 0;
}

int spill_unmap(struct spill_array *a)
{
    int fd = take_fd(&a->fd);

    (void)munmap(a->data, a->capacity);
    list_remove(&a->link);
    spill_array_init(a, a->spill);
    return fd;
}

void spill_move(struct spill_array *to, struct spill_array *from)
{
    spill_array_init(to, from->spill);
    to->data = from->data;
    to->size = from->size;
    to->capacity = from->capacity;
    to->fd = from->fd;
    if (to->fd >= 0)
        list_append(&to->spill->arrays, &to->link);
    list_remove(&from->link);
    spill_array_init(from, to->spill);
}

int spill_array_new(struct spill_array *a, struct spill *spill, size_t size, struct error *err)
{
    spill_array_init(a, spill);
    int r = spill_reserve(a, size > 0 ? size : 1, err);

    if (r == 0)
        a->size = size;
    return r;
}

/* Pages of files that are in our memory: the third number. */
static size_t mapped_pages(const struct spill *s)
{
    char text[128];
    ssize_t n = pread(s->statm, text, sizeof text - 1, 0);
    char *at = text;

    if (n <= 0)
        return 0;
    text[n] = '\0';
    for (int i = 0; i < 2; i++)
        (void)strtoul(at, &at, 10);
    return strtoul(at, NULL, 10);
}

/* To look takes microseconds: the more room there is, the later the next one. */
void spill_look(struct spill *s)
{
    s->steps = HEAP_BREATH;
    if (list_empty(&s->arrays))
        return;
    size_t mapped = mapped_pages(s) * PAGE;
    if (mapped <= HEAP_RESIDENT) {
        s->steps += (unsigned)((HEAP_RESIDENT - mapped) / HEAP_STEP_MAPS);
        return;
    }
    list_each(a, &s->arrays, struct spill_array, link)(void)
        madvise(a->data, a->capacity, MADV_DONTNEED);
}
