/*
 * base/cleanup.h - ownership in one line: declare, initialise and attach the destructor.
 *
 *     cleanup(close_fd) int fd = -1;
 *     return take_fd(&fd);           gives it away
 *
 * Not for libuv handles: their end is asynchronous.
 */
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define cleanup(fn) __attribute__((cleanup(fn)))
#define take_ptr(p)                                                                                \
    ({                                                                                             \
        __typeof__(p) taken_ = (p);                                                                \
        (p) = NULL;                                                                                \
        taken_;                                                                                    \
    })

/* The struct that holds `member`, from a pointer to that member. */
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

static inline void close_fd(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static inline int take_fd(int *fd)
{
    int taken = *fd;

    *fd = -1;
    return taken;
}

static inline void free_str(char **s)
{
    free(*s);
}

static inline void close_dir(DIR **dir)
{
    if (*dir)
        (void)closedir(*dir);
}

static inline void close_file(FILE **file)
{
    if (*file)
        (void)fclose(*file);
}
