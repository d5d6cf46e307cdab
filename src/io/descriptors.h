/*
 * io/descriptors.h - the process's own descriptors, put in order before anything else is opened.
 */
#pragma once

/* Opens /dev/null for each of standard input, output and error that the parent has closed: else the
 * first sockets would get these numbers, and log lines would be written into them. */
void descriptors_open_standard(void);

/* As many descriptors as the system lets us have: the soft limit is often only 1024, for the sake
 * of programs that use select(). */
void descriptors_raise_limit(void);
