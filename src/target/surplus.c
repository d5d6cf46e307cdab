#include "src/target/surplus.h"

#include <stdlib.h>

#include "proto/ipc/header.h"
#include "src/io/timer.h"
#include "src/target/requests.h"

enum { SURPLUS_DELAY_MS = 1000 };

struct surplus {
    struct ipc_channel *ch;
    struct timer delay;
};

static void surplus_free(struct surplus *s)
{
    ipc_channel_free(s->ch);
    timer_stop(&s->delay);
    free(s);
}

static void on_resumed(void *user, const struct ipc_outcome *outcome)
{
    (void)outcome; /* if it has not heard, it comes again */
    surplus_free(user);
}

static void on_delay(void *user)
{
    struct surplus *s = user;
    uint8_t message[IPC_HEADER_SIZE];
    struct writer out = writer_of(message, sizeof message);
    struct error err;

    if (ipc_command_encode_empty(&out, IPC_RESUME_RUNTIME) != WIRE_OK ||
        ipc_channel_call(s->ch, IPC_RESUME_RUNTIME, message, out.size, REQUEST_DEADLINE_MS,
                         on_resumed, s, &err) < 0)
        surplus_free(s);
}

void surplus_resume(uv_loop_t *loop, struct ipc_channel *ch)
{
    struct surplus *s = calloc(1, sizeof *s);

    if (s)
        s->ch = ch;
    else
        ipc_channel_free(ch);
    if (s && timer_start(&s->delay, loop, SURPLUS_DELAY_MS, 0, on_delay, s) < 0)
        surplus_free(s);
}
