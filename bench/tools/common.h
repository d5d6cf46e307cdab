/*
 * bench/tools/common.h - what the measuring programs share: the clock, loopback TCP, a watch for
 * the first byte of a file.
 *
 * Every time is in milliseconds of CLOCK_MONOTONIC, so that figures of several programs compare.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

double now_ms(void);

/* Sleeps, as close to `us` microseconds as the kernel allows. */
void pause_us(long us);

/* Ends the program with status 1 and a line on stderr. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A blocking connection to 127.0.0.1, or a negative errno. */
int loopback_connect(const char *port);

/* The whole of `data`, or false. */
bool send_all(int fd, const char *data, size_t size);

/*
 * Waits on a thread of its own for the first byte of whichever file below `folder` is written next;
 * the folder's subfolders must be there already. It looks only until then, so the rest of the
 * writing is not slowed down.
 */
void first_write_watch(const char *folder);

/* When that was; 0 when nothing was written. */
double first_write_at(void);
