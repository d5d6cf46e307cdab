#include "src/collect/profile_result.h"

#include <errno.h>

#include "src/base/limits.h"

enum { PIECE = 1024 * 1024 };

void profile_result_init(struct profile_result *r, const char *const *folders)
{
    *r = (struct profile_result){.file = SPOOL_NONE, .folders = folders};
}

void profile_result_deinit(struct profile_result *r)
{
    text_deinit(&r->memory);
    spool_close(&r->file);
}

static int move_to_file(struct profile_result *r, struct error *err)
{
    int code = spool_open(&r->file, r->folders, err);

    if (code == 0 && r->memory.size)
        code = spool_write(&r->file, r->memory.data, r->memory.size, err);
    text_deinit(&r->memory);
    return code;
}

int profile_result_write(struct profile_result *r, const void *data, size_t size, struct error *err)
{
    int code = 0;

    if (r->file.fd < 0 && r->memory.size + size <= LIMIT_PROFILE_RESULT_MEMORY) {
        text_add(&r->memory, data, size);
        return r->memory.failed ? error_set(err, -ENOMEM, "no memory for the profile") : 0;
    }
    if (r->file.fd < 0)
        code = move_to_file(r, err);
    return code < 0 ? code : spool_write(&r->file, data, size, err);
}

uint64_t profile_result_take(struct profile_result *r, const void **ret_data, uint64_t *ret_offset)
{
    *ret_data = NULL;
    if (r->file.fd >= 0)
        return spool_take(&r->file, PIECE, ret_offset);
    size_t size = r->memory.size - r->given;
    if (size > PIECE)
        size = PIECE;
    if (size)
        *ret_data = r->memory.data + r->given;
    r->given += size;
    return size;
}
