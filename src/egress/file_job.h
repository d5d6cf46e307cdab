/*
 * egress/file_job.h - a piece of work on files for the thread pool, in its turn.
 *
 * A file system may not answer for minutes (NFS without its server). So that this stops neither the
 * other folders nor the rest that needs the pool, a folder has FILE_JOBS_FOLDER threads at most and
 * all folders FILE_JOBS; further jobs wait for one that ends. Loop thread only.
 */
#pragma once

#include <uv.h>

#include "src/base/list.h"

enum {
    FILE_JOBS = 3, /* libuv's pool has four threads */
    FILE_JOBS_FOLDER = 2,
};

struct file_job {
    struct list link;
    uv_work_t work;
    uv_loop_t *loop;
    const char *folder;
    void (*run)(void *user);  /* in the pool */
    void (*done)(void *user); /* on the loop; the job is free again */
    void *user;
};

/* `loop` to `user` are set; the job must stay until it is done. */
void file_job_start(struct file_job *j);
