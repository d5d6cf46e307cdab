#include "proto/nettrace/thread.h"

#include <stdlib.h>

#include "proto/nettrace/format.h"
#include "proto/nettrace/utf8.h"
#include "proto/nettrace/varint.h"

void nettrace_thread_count_loss(const struct nettrace_thread *thread, uint32_t newest,
                                unsigned version, struct nettrace_loss *loss)
{
    int64_t lost = (int32_t)(newest - thread->last_sequence);

    if (version < NETTRACE_V6 && thread->last_sequence == 0)
        return;
    if (lost < 0)
        loss->restarts++;
    else
        loss->events += (uint64_t)lost;
}

static void take_name(struct cursor *row, struct thread_row *ret_row)
{
    struct cursor text = utf8_take(row);

    if (text.bad || text.left == 0 || ret_row->name)
        return;
    ret_row->name = malloc(3 * text.left + 1);
    if (ret_row->name)
        (void)utf8_to_text(text.at, text.left, ret_row->name, 3 * text.left + 1);
}

/* False: an unknown kind, whose size nobody knows. */
static bool take_info(struct cursor *row, struct thread_row *ret_row)
{
    switch (cursor_u8(row)) {
    case NETTRACE_THREAD_NAME:
        take_name(row, ret_row);
        return true;
    case NETTRACE_THREAD_PROCESS_ID:
        ret_row->process_id = cursor_varint64(row);
        return true;
    case NETTRACE_THREAD_ID:
        ret_row->thread_id = cursor_varint64(row);
        return true;
    case NETTRACE_THREAD_KEY_VALUE:
        (void)utf8_take(row);
        (void)utf8_take(row);
        return true;
    default:
        return false;
    }
}

bool thread_row_take(struct cursor *in, struct thread_row *ret_row)
{
    struct thread_row row = {.thread_id = NETTRACE_UNKNOWN_ID, .process_id = NETTRACE_UNKNOWN_ID};
    struct cursor bytes = cursor_sub(in, cursor_u16(in));
    bool known = true;

    row.index = cursor_varint64(&bytes);
    while (known && !bytes.bad && bytes.left > 0)
        known = take_info(&bytes, &row);
    if (bytes.bad || !known) {
        free(row.name);
        return false;
    }
    *ret_row = row;
    return true;
}
