#include <stdatomic.h>

#include "src/egress/file_job.h"
#include "tests/unit/io/loop.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* A job that runs until its gate is opened: a file system that does not answer. */
struct held {
    struct file_job job;
    uv_sem_t gate;
    atomic_bool runs;
    bool done;
};

static void run(void *user)
{
    struct held *h = user;

    atomic_store(&h->runs, true);
    uv_sem_wait(&h->gate);
}

static void done(void *user)
{
    ((struct held *)user)->done = true;
}

static void on_other(uv_work_t *work)
{
    (void)work;
}

static void on_other_done(uv_work_t *work, int status)
{
    (void)status;
    *(bool *)work->data = true;
}

static void test_turns(void)
{
    static const char *const folders[] = {"a", "a", "a", "b", "b"};
    struct held *jobs = world_alloc(COUNT_OF(folders) * sizeof *jobs);
    uv_loop_t *loop = loop_new();
    bool other_done = false;
    uv_work_t other = {.data = &other_done};

    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        struct held *h = &jobs[i];
        *h = (struct held){.job = {.loop = loop, .folder = folders[i], .run = run, .done = done}};
        h->job.user = h;
        REQUIRE(uv_sem_init(&h->gate, 0) == 0);
        file_job_start(&h->job);
    }
    CHECK(LOOP_UNTIL(loop, LOOP_MS, jobs[0].runs && jobs[1].runs && jobs[3].runs));
    REQUIRE(uv_queue_work(loop, &other, on_other, on_other_done) == 0);
    CHECK_AT("the pool has a thread for others", LOOP_UNTIL(loop, LOOP_MS, other_done));
    CHECK_AT("the folder's share, and that of all", !jobs[2].runs && !jobs[4].runs);
    uv_sem_post(&jobs[3].gate);
    CHECK_AT("not the older one: its folder hangs", LOOP_UNTIL(loop, LOOP_MS, jobs[4].runs));
    CHECK(jobs[3].done && !jobs[2].runs);
    uv_sem_post(&jobs[0].gate);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, jobs[2].runs));
    for (size_t i = 0; i < COUNT_OF(folders); i++)
        uv_sem_post(&jobs[i].gate);
    loop_end(loop);
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        CHECK(jobs[i].done);
        uv_sem_destroy(&jobs[i].gate);
    }
}

WORLD_SUITE("egress/file_job", {"turns", test_turns})
