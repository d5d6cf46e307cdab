/* What the stack of a thread says about it. */
#include <string.h>

#include "src/diagnose/pool_report.h"

const char *const pool_block_names[POOL_BLOCKS] = {
    [POOL_RUNS] = "running",  [POOL_SYNC_OVER_ASYNC] = "sync-over-async",
    [POOL_LOCK] = "lock",     [POOL_SLEEP] = "sleep",
    [POOL_WAIT] = "wait",     [POOL_IO] = "io",
    [POOL_NATIVE] = "native",
};

const char *const pool_block_texts[POOL_BLOCKS] = {
    [POOL_RUNS] = "running",
    [POOL_SYNC_OVER_ASYNC] = "sync over async",
    [POOL_LOCK] = "waits for a lock",
    [POOL_SLEEP] = "sleeps",
    [POOL_WAIT] = "waits",
    [POOL_IO] = "input or output",
    [POOL_NATIVE] = "in native code",
};

/* Beginnings of the full names of types and of methods; the first row that fits any frame above the
 * app's code decides. The methods of locks are helpers of the JIT before .NET 10: then their only
 * trace is the thread's state. */
static const struct {
    const char *type, *method;
    enum pool_block block;
} rows[] = {
    {"System.Threading.Thread", "PollGC", POOL_RUNS}, /* where samples find a loop */
    {"System.Threading.Thread", "<PollGC>", POOL_RUNS},
    {"System.Threading.Tasks.Task", "Wait", POOL_SYNC_OVER_ASYNC}, /* and WaitAll, WaitAny */
    {"System.Threading.Tasks.Task", "InternalWait", POOL_SYNC_OVER_ASYNC},
    {"System.Threading.Tasks.Task", "SpinThenBlockingWait", POOL_SYNC_OVER_ASYNC},
    {"System.Threading.Tasks.Task", "GetResultCore", POOL_SYNC_OVER_ASYNC},
    {"System.Threading.Tasks.Task", "get_Result", POOL_SYNC_OVER_ASYNC},
    {"System.Runtime.CompilerServices.TaskAwaiter", "GetResult", POOL_SYNC_OVER_ASYNC},
    {"System.Runtime.CompilerServices.ValueTaskAwaiter", "GetResult", POOL_SYNC_OVER_ASYNC},
    {"System.Threading.Monitor", "Enter", POOL_LOCK},
    {"System.Threading.Monitor", "TryEnter", POOL_LOCK},
    {"System.Threading.Monitor", "ReliableEnter", POOL_LOCK},
    {"System.Threading.Lock", "Enter", POOL_LOCK},
    {"System.Threading.Lock", "TryEnter", POOL_LOCK},
    {"System.Threading.ReaderWriterLock", "", POOL_LOCK},
    {"System.Threading.Thread", "Sleep", POOL_SLEEP},
    {"System.Net.", "", POOL_IO},
    {"System.IO.", "", POOL_IO},
    {"Interop", "", POOL_IO},
    {"System.Threading.", "Wait", POOL_WAIT},
    {"System.Threading.", "ObjWait", POOL_WAIT},
    {"System.Threading.", "SignalAndWait", POOL_WAIT},
    {"System.Threading.Thread", "Join", POOL_WAIT},
    {"System.Threading.Monitor", "Wait", POOL_WAIT},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool is_frame(const struct thread_stacks *s, uint32_t frame, const char *type,
                     const char *method)
{
    const struct stack_frame *f = &s->frames[frame];

    return f->kind == STACK_METHOD && begins(stack_text(s, f->type), type) &&
           begins(stack_text(s, f->method), method);
}

static bool has_frame(const struct thread_stacks *s, const struct stack_thread *t, const char *type,
                      const char *method)
{
    for (size_t i = 0; i < t->depth; i++) {
        if (is_frame(s, s->stacks[t->first + i], type, method))
            return true;
    }
    return false;
}

/* A stack of more than 100 frames does not show its beginning: then by name. */
bool pool_is_worker(const struct thread_stacks *s, const struct stack_thread *t)
{
    return has_frame(s, t, "System.Threading.PortableThreadPool+WorkerThread", "WorkerThread") ||
           strcmp(stack_text(s, t->name), ".NET TP Worker") == 0;
}

bool pool_is_idle(const struct thread_stacks *s, const struct stack_thread *t)
{
    return has_frame(s, t, "System.Threading.LowLevelLifoSemaphore", "Wait");
}

bool pool_is_service(const struct thread_stacks *s, const struct stack_thread *t)
{
    static const char *const types[] = {
        "System.Threading.TimerQueue",
        "System.Threading.PortableThreadPool+GateThread",
        "System.Threading.PortableThreadPool+WaitThread",
        "System.Diagnostics.Tracing.CounterGroup",
    };
    /* At its bottom: an app's timer callback runs on a thread of the pool. */
    size_t from = t->depth > 3 ? t->depth - 3 : 0;

    for (size_t i = from; i < t->depth; i++) {
        for (size_t k = 0; k < sizeof types / sizeof types[0]; k++) {
            if (is_frame(s, s->stacks[t->first + i], types[k], ""))
                return true;
        }
    }
    return false;
}

/* The frameworks' modules, by name: nobody looks there for his own code. */
static bool is_own_code(const struct thread_stacks *s, uint32_t frame)
{
    static const char *const frameworks[] = {"System.", "Microsoft.", "mscorlib", "netstandard"};
    const struct stack_frame *f = &s->frames[frame];

    if (f->kind != STACK_METHOD || f->module == STACK_NO_MODULE)
        return false;
    for (size_t i = 0; i < sizeof frameworks / sizeof frameworks[0]; i++) {
        if (begins(stack_text(s, s->modules[f->module].file), frameworks[i]))
            return false;
    }
    return true;
}

/* Depth of the app's code; without any, of what is not the wait itself. `t->depth`: none. */
static size_t depth_of_code(const struct thread_stacks *s, const struct stack_thread *t)
{
    const uint32_t *frames = s->stacks + t->first;

    for (size_t i = 0; i < t->depth; i++) {
        if (is_own_code(s, frames[i]))
            return i;
    }
    for (size_t i = 0; i < t->depth; i++) {
        const struct stack_frame *f = &s->frames[frames[i]];
        if (f->kind == STACK_METHOD && !begins(stack_text(s, f->type), "System.Threading."))
            return i;
    }
    return t->depth;
}

static size_t row_of(const struct thread_stacks *s, const uint32_t *frames, size_t count)
{
    size_t row = 0;

    for (; row < ROW_COUNT; row++) {
        for (size_t i = 0; i < count; i++) {
            if (is_frame(s, frames[i], rows[row].type, rows[row].method))
                return row;
        }
    }
    return row;
}

/* In native code, as far as can be told. A thread that calculates is outside of managed code too,
 * when the sampler has just stopped it: then it is on the run a moment later. */
static bool is_away(const struct stack_thread *t, size_t code)
{
    bool known = t->state && t->state != '?';

    return t->external && (known ? t->state != 'R' : code > 0);
}

struct pool_place pool_place_of(const struct thread_stacks *s, const struct stack_thread *t)
{
    const uint32_t *frames = s->stacks + t->first;
    size_t code = depth_of_code(s, t), row = row_of(s, frames, code);
    struct pool_place place = {.where = code < t->depth ? frames[code] : POOL_NO_FRAME,
                               .call = code > 0 ? frames[code - 1] : POOL_NO_FRAME};

    if (row < ROW_COUNT)
        place.block = rows[row].block;
    else if (is_away(t, code))
        place.block = POOL_NATIVE;
    /* Which part of a framework does the calculating is nobody's question here. */
    if (place.block == POOL_RUNS || (place.block == POOL_IO && !t->external))
        place = (struct pool_place){POOL_RUNS, place.where, POOL_NO_FRAME};
    return place;
}

void pool_add_frame(struct text *out, const struct thread_stacks *s, uint32_t frame, bool module)
{
    const struct stack_frame *f = &s->frames[frame];
    const char *type = stack_text(s, f->type);

    if (f->kind != STACK_METHOD) {
        text_add_str(out, f->kind == STACK_NATIVE ? "[NativeFrame]" : "UnknownFunction");
        return;
    }
    if (module && f->module != STACK_NO_MODULE)
        text_add_fmt(out, "%s!", stack_text(s, s->modules[f->module].file));
    text_add_fmt(out, "%s%s%s", type, type[0] ? "." : "", stack_text(s, f->method));
}
