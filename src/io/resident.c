#include "src/io/resident.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

/* Segments that cannot be written to: their pages are those of the file. */
static int drop_segments(struct dl_phdr_info *info, size_t size, void *user)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    (void)size;
    (void)user;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || segment->p_flags & PF_W)
            continue;
        uintptr_t begin = (info->dlpi_addr + segment->p_vaddr) & ~(page - 1);
        uintptr_t end = info->dlpi_addr + segment->p_vaddr + segment->p_memsz;
        /* Refused where the pages are locked; then they stay. */
        (void)madvise((void *)begin, end - begin, MADV_DONTNEED);
    }
    return 0;
}

static void on_rest(void *user)
{
    struct resident *r = user;

    if (r->active) {
        r->active = false;
        (void)timer_start(&r->timer, r->loop, RESIDENT_REST_MS, 0, on_rest, r);
        return;
    }
    (void)dl_iterate_phdr(drop_segments, NULL);
}

void resident_touch(struct resident *r)
{
    if (timer_active(&r->timer))
        r->active = true;
    else
        (void)timer_start(&r->timer, r->loop, RESIDENT_REST_MS, 0, on_rest, r);
}

void resident_stop(struct resident *r)
{
    timer_stop(&r->timer);
}
