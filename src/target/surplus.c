#include "src/target/surplus.h"

#include <stdlib.h>

#include "proto/ipc/header.h"
#include "src/io/timer.h"
#include "src/target/requests.h"

enum { SURPLUS_MAX = 64, SURPLUS_DELAY_MS = 1000 };

struct held {
    struct list link;
    struct surplus *surplus;
    struct ipc_channel *ch;
    struct timer delay;
};

static void held_free(struct held *h)
{
    list_remove(&h->link);
    h->surplus->count--;
    ipc_channel_free(h->ch);
    timer_stop(&h->delay);
    free(h);
}

static void on_resumed(void *user, const struct ipc_outcome *outcome)
{
    (void)outcome; /* if it has not heard, it comes again */
    held_free(user);
}

static void on_delay(void *user)
{
    struct held *h = user;
    uint8_t message[IPC_HEADER_SIZE];
    struct writer out = writer_of(message, sizeof message);
    struct error err;

    if (ipc_command_encode_empty(&out, IPC_RESUME_RUNTIME) != WIRE_OK ||
        ipc_channel_call(h->ch, IPC_RESUME_RUNTIME, message, out.size, REQUEST_DEADLINE_MS,
                         on_resumed, h, &err) < 0)
        held_free(h);
}

void surplus_init(struct surplus *s, uv_loop_t *loop)
{
    s->loop = loop;
    list_init(&s->held);
    s->count = 0;
}

static void drop_oldest(struct surplus *s)
{
    held_free(container_of(s->held.next, struct held, link));
}

void surplus_deinit(struct surplus *s)
{
    while (!list_empty(&s->held))
        drop_oldest(s);
}

void surplus_add(struct surplus *s, struct ipc_channel *ch)
{
    struct held *h = calloc(1, sizeof *h);

    if (!h) {
        ipc_channel_free(ch);
        return;
    }
    h->surplus = s;
    h->ch = ch;
    list_init(&h->link);
    list_append(&s->held, &h->link);
    s->count++;
    if (s->count > SURPLUS_MAX)
        drop_oldest(s);
    if (timer_start(&h->delay, s->loop, SURPLUS_DELAY_MS, 0, on_delay, h) < 0)
        held_free(h);
}
