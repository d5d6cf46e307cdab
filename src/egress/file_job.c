#include "src/egress/file_job.h"

#include <stdbool.h>
#include <string.h>

static struct list running = {&running, &running}, waiting = {&waiting, &waiting};

static bool may_start(const struct file_job *j)
{
    unsigned all = 0, same = 0;

    list_each(other, &running, const struct file_job, link)
    {
        all++;
        same += strcmp(other->folder, j->folder) == 0;
    }
    return all < FILE_JOBS && same < FILE_JOBS_FOLDER;
}

static void start_waiting(void);

static void on_work(uv_work_t *work)
{
    struct file_job *j = work->data;

    j->run(j->user);
}

static void on_worked(uv_work_t *work, int status)
{
    struct file_job *j = work->data;

    (void)status;
    list_remove(&j->link);
    start_waiting();
    j->done(j->user);
}

static void start_waiting(void)
{
    list_each(j, &waiting, struct file_job, link)
    {
        if (!may_start(j))
            continue;
        list_remove(&j->link);
        list_append(&running, &j->link);
        j->work.data = j;
        (void)uv_queue_work(j->loop, &j->work, on_work, on_worked); /* cannot fail */
    }
}

void file_job_start(struct file_job *j)
{
    list_append(&waiting, &j->link);
    start_waiting();
}
