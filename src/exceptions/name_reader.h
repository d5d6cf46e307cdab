/*
 * exceptions/name_reader.h - bytes of a stream with rundown in, names of wanted code out.
 */
#pragma once

#include "src/base/error.h"
#include "src/exceptions/names.h"

struct name_reader;

/* What is wanted is taken from records before anything is fed. */
struct name_reader *name_reader_new(void);
void name_reader_free(struct name_reader *r);

/* The record's code and type. False: no memory. */
bool name_reader_want(struct name_reader *r, const struct exception_record *record);

/* As nettrace_feed(); `names` gets what is found. */
int name_reader_feed(struct name_reader *r, struct exception_names *names, const void *data,
                     size_t size);

/* No more bytes will come: true when all names have come. Then wanted code without one is known to
 * have none. */
bool name_reader_finish(struct name_reader *r, struct exception_names *names);
