#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/http/send_queue.h"
#include "tests/support/check.h"

/* A transport that takes at most `step` bytes a call and fails as told. */
struct fake {
    struct http_transport base;
    size_t step;
    int fail; /* negative errno of the next call, then 0 again */
    unsigned mores, calls;
    uint8_t got[64 * 1024];
    size_t size;
};

static struct fake *fake_of(struct http_transport *t)
{
    return container_of(t, struct fake, base);
}

static ssize_t take_fail(struct fake *f)
{
    int fail = f->fail;

    f->fail = 0;
    f->calls++;
    return fail;
}

static ssize_t fake_send(struct http_transport *t, const struct iovec *parts, size_t count,
                         bool more)
{
    struct fake *f = fake_of(t);
    ssize_t fail = take_fail(f);
    size_t room = f->step;

    if (fail)
        return fail;
    f->mores += more;
    for (size_t i = 0; i < count && room; i++) {
        size_t n = parts[i].iov_len < room ? parts[i].iov_len : room;
        REQUIRE(f->size + n <= sizeof f->got);
        memcpy(f->got + f->size, parts[i].iov_base, n);
        f->size += n;
        room -= n;
    }
    return (ssize_t)(f->step - room);
}

static ssize_t fake_sendfile(struct http_transport *t, int fd, uint64_t offset, size_t size)
{
    struct fake *f = fake_of(t);
    ssize_t fail = take_fail(f);
    size_t want = size < f->step ? size : f->step;

    if (fail)
        return fail;
    REQUIRE(f->size + want <= sizeof f->got);
    ssize_t n = pread(fd, f->got + f->size, want, (off_t)offset);
    f->size += n > 0 ? (size_t)n : 0;
    return n;
}

static const struct http_transport_ops fake_ops = {.send = fake_send, .sendfile = fake_sendfile};

static struct fake *new_fake(size_t step)
{
    struct fake *f = calloc(1, sizeof *f);

    REQUIRE(f != NULL);
    f->base.ops = &fake_ops;
    f->step = step;
    return f;
}

static int new_file(size_t size)
{
    int fd = memfd_create("send_queue", MFD_CLOEXEC);

    for (size_t i = 0; i < size; i++)
        REQUIRE(write(fd, &(uint8_t){(uint8_t)(i * 7)}, 1) == 1);
    return fd;
}

/* Pieces of many sizes around a file range come out in order, whatever the transport takes. */
static void test_order(void)
{
    static const size_t sizes[] = {1, 10, 4000, 4096, 5000, 3, 9000};
    cleanup(close_fd) int fd = new_file(1000);

    for (size_t step = 1; step < 20000; step = step * 3 + 1) {
        struct fake *f = new_fake(step);
        struct send_queue q;
        uint8_t want[64 * 1024], next = 0;
        size_t total = 0;
        send_queue_init(&q);
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            for (size_t k = 0; k < sizes[i]; k++)
                want[total + k] = next++;
            if (i % 3 == 1)
                send_queue_lend(&q, want + total, sizes[i]);
            else
                send_queue_add(&q, want + total, sizes[i]);
            total += sizes[i];
            if (i != 3)
                continue;
            send_queue_add_file(&q, fd, 100, 800);
            for (size_t k = 0; k < 800; k++)
                want[total++] = (uint8_t)((100 + k) * 7);
        }
        CHECK(q.size == total);
        CHECK(send_queue_run(&q, &f->base) == 0);
        CHECK(q.size == 0 && f->size == total && memcmp(f->got, want, total) == 0);
        CHECK(f->mores > 0);
        send_queue_deinit(&q);
        free(f);
    }
}

/* Lent bytes are those that are there when they are sent; none are copied behind them. */
static void test_lent(void)
{
    char text[] = "hello";
    struct fake *f = new_fake(100);
    struct send_queue q;

    send_queue_init(&q);
    send_queue_add(&q, "<", 1);
    send_queue_lend(&q, text, 5);
    send_queue_lend(&q, text, 0);
    send_queue_add(&q, ">", 1);
    text[0] = 'j';
    CHECK(q.size == 7 && send_queue_run(&q, &f->base) == 0);
    CHECK(f->size == 7 && memcmp(f->got, "<jello>", 7) == 0);
    send_queue_lend(&q, text, 5);
    send_queue_deinit(&q); /* what is lent is not freed */
    CHECK(q.size == 0);
    free(f);
}

static const struct {
    const char *label;
    int fail, want;
    uint64_t left;
} fail_rows[] = {
    {"would block", -EAGAIN, 0, 5},
    {"interrupted", -EINTR, 0, 0},
    {"broken", -EPIPE, -EPIPE, 5},
};

static void test_failures(void)
{
    for (size_t i = 0; i < sizeof fail_rows / sizeof fail_rows[0]; i++) {
        struct fake *f = new_fake(100);
        struct send_queue q;
        send_queue_init(&q);
        send_queue_add(&q, "hello", 5);
        f->fail = fail_rows[i].fail;
        CHECK_AT(fail_rows[i].label, send_queue_run(&q, &f->base) == fail_rows[i].want);
        CHECK_AT(fail_rows[i].label, q.size == fail_rows[i].left);
        send_queue_deinit(&q);
        free(f);
    }
}

static void test_short_file(void)
{
    cleanup(close_fd) int fd = new_file(10);
    struct fake *f = new_fake(100);
    struct send_queue q;

    send_queue_init(&q);
    send_queue_add_file(&q, fd, 0, 11);
    CHECK(send_queue_run(&q, &f->base) == -ENODATA);
    CHECK(f->size == 10);
    send_queue_deinit(&q);
    free(f);
}

static void test_empty(void)
{
    struct fake *f = new_fake(100);
    struct send_queue q;

    send_queue_init(&q);
    send_queue_add(&q, "", 0);
    send_queue_add_file(&q, 0, 0, 0);
    CHECK(q.size == 0 && send_queue_run(&q, &f->base) == 0 && f->calls == 0);
    q.failed = true;
    CHECK(send_queue_run(&q, &f->base) == -ENOMEM);
    send_queue_deinit(&q);
    free(f);
}

TEST_SUITE("http/send_queue", {"order", test_order}, {"lent", test_lent},
           {"failures", test_failures}, {"short file", test_short_file}, {"empty", test_empty});
