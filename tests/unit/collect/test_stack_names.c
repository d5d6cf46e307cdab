/* The test itself is the process that is looked at. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/collect/stack_names.h"
#include "tests/support/files.h"
#include "tests/support/pe_file.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

struct other {
    pthread_t thread;
    pthread_barrier_t barrier;
    pid_t id;
};

static void *run(void *arg)
{
    struct other *o = arg;

    o->id = gettid();
    (void)pthread_setname_np(pthread_self(), "Some\nWorker");
    (void)pthread_barrier_wait(&o->barrier);
    (void)pthread_barrier_wait(&o->barrier);
    return NULL;
}

static void end_stacks(void *arg)
{
    thread_stacks_deinit(arg);
}

static struct thread_stacks *stacks_with(size_t threads, size_t modules)
{
    struct thread_stacks *s = world_alloc(sizeof *s);

    names_init(&s->names, 0);
    s->threads = calloc(threads + 1, sizeof *s->threads);
    s->modules = calloc(modules + 1, sizeof *s->modules);
    REQUIRE(s->threads && s->modules);
    s->thread_count = threads;
    s->module_count = modules;
    for (size_t i = 0; i < threads; i++)
        s->threads[i].name = NAMES_NONE;
    world_at_end(end_stacks, s);
    return s;
}

static void test_threads(void)
{
    struct thread_stacks *s = stacks_with(3, 0);
    struct other o;

    REQUIRE(pthread_barrier_init(&o.barrier, NULL, 2) == 0);
    REQUIRE(pthread_create(&o.thread, NULL, run, &o) == 0);
    (void)pthread_barrier_wait(&o.barrier);
    s->threads[0].id = (uint64_t)getpid();
    s->threads[1].id = (uint64_t)o.id;
    s->threads[2].id = 1U << 30;
    stack_names_add(s, 0);
    CHECK_AT("out of sight", s->threads[1].name == NAMES_NONE);
    stack_names_add(s, getpid());
    (void)pthread_barrier_wait(&o.barrier);
    (void)pthread_join(o.thread, NULL);
    (void)pthread_barrier_destroy(&o.barrier);
    CHECK_AT("the process's own name says nothing", s->threads[0].name == NAMES_NONE);
    CHECK(strcmp(stack_text(s, s->threads[1].name), "Some?Worker") == 0);
    CHECK(s->threads[2].name == NAMES_NONE);
}

static void test_modules(void)
{
    const char *dir = files_tmpdir(), *good = world_text("%s/a.dll", dir);
    const char *fifo = world_text("%s/fifo", dir), *text = world_text("%s/text", dir);
    const char *const paths[] = {good,
                                 world_text("%s/link.dll", dir),
                                 text,
                                 fifo,
                                 dir,
                                 world_text("%s/none.dll", dir),
                                 "",
                                 "a.dll",
                                 "/proc/self/fd/0",
                                 "/dev/zero"};
    struct thread_stacks *s = stacks_with(0, COUNT_OF(paths));
    const uint8_t *file = pe_file_make(&(struct pe_file){.tag = 0x5A});

    REQUIRE(files_write(good, file, PE_FILE_SIZE) && files_write(text, "MZ", 2));
    REQUIRE(symlink(good, paths[1]) == 0 && mkfifo(fifo, 0600) == 0);
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        s->modules[i].path = names_add(&s->names, paths[i], strlen(paths[i]));
    stack_names_add(s, getpid());
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        CHECK_AT(paths[i], guid_is_zero(&s->modules[i].version) == (i >= 2));
    CHECK(s->modules[0].version.bytes[3] == 0x5A);
}

WORLD_SUITE("collect/stack_names", {"threads", test_threads}, {"modules", test_modules})
