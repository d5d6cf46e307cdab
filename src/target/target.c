#include "src/target/target.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/target/attach.h"
#include "src/target/process_name.h"
#include "src/target/requests.h"

static const char unknown[] = "unknown";

/* Replaces a text; an empty or missing one is told as "unknown", as the peer does. On no memory the
 * old stays. */
static void set_text(char **field, const char *value)
{
    char *copy = strdup(value && value[0] ? value : unknown);

    if (!copy)
        return;
    free(*field);
    *field = copy;
}

static bool info_init(struct target_info *info)
{
    char **fields[] = {&info->name, &info->command_line,   &info->os,
                       &info->arch, &info->entry_assembly, &info->clr_version};
    bool ok = true;

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        set_text(fields[i], unknown);
        ok = ok && *fields[i];
    }
    return ok;
}

static void target_free(struct target *t)
{
    target_attach_end(t);
    target_requests_end(t);
    free(t->root);
    free(t->socket_path);
    free(t->info.name);
    free(t->info.command_line);
    free(t->info.os);
    free(t->info.arch);
    free(t->info.entry_assembly);
    free(t->info.clr_version);
    free(t);
}

int target_new(uv_loop_t *loop, const struct guid *cookie, uint64_t pid,
               const struct ipc_peer *peer, const struct target_events *events, struct target **ret,
               struct error *err)
{
    struct target *t = calloc(1, sizeof *t);

    if (!t)
        return error_set(err, -ENOMEM, "process %llu", (unsigned long long)pid);
    list_init(&t->link);
    list_init(&t->idle);
    list_init(&t->queue);
    t->refs = 1;
    t->loop = loop;
    t->events = *events;
    t->cookie = *cookie;
    t->pid = pid;
    t->peer = *peer;
    t->host_pid = peer->pid;
    t->info_revision = 3;
    t->pidfd = -1;
    t->waited_ms = -1;
    t->root = strdup("");
    if (!t->root || !info_init(&t->info)) {
        target_free(t);
        return error_set(err, -ENOMEM, "process %llu", (unsigned long long)pid);
    }
    *ret = t;
    return 0;
}

struct target *target_ref(struct target *t)
{
    assert(t->refs > 0);
    t->refs++;
    return t;
}

struct target *target_unref(struct target *t)
{
    if (t && --t->refs == 0)
        target_free(t);
    return NULL;
}

const char *target_service_name(const struct target *t)
{
    const char *assembly = t->info.entry_assembly;
    bool hosted = strcmp(t->info.name, "dotnet") == 0;

    return hosted && assembly[0] && strcmp(assembly, "unknown") != 0 ? assembly : t->info.name;
}

unsigned target_runtime_major(const struct target *t)
{
    return (unsigned)strtoul(t->info.clr_version, NULL, 10);
}

struct process_identity target_identity(const struct target *t, char pid_text[static 24])
{
    (void)snprintf(pid_text, 24, "%llu", (unsigned long long)t->pid);
    return (struct process_identity){.text = {
                                         [PROCESS_KEY_ID] = pid_text,
                                         [PROCESS_KEY_NAME] = t->info.name,
                                         [PROCESS_KEY_COMMAND_LINE] = t->info.command_line,
                                         [PROCESS_KEY_ENTRY_ASSEMBLY] = t->info.entry_assembly,
                                     }};
}

void target_set_info(struct target *t, const struct ipc_process_info *info)
{
    char name[PROCESS_NAME_SIZE];

    if (guid_is_zero(&t->cookie))
        t->cookie = info->cookie; /* found by a scan: its first answer says who it is */
    t->told = true;
    set_text(&t->info.command_line, info->command_line);
    set_text(&t->info.name, process_name(t->info.command_line, name));
    set_text(&t->info.os, info->os);
    set_text(&t->info.arch, info->arch);
    set_text(&t->info.entry_assembly, info->entrypoint_assembly);
    set_text(&t->info.clr_version, info->clr_version);
}

void target_set_gone(struct target *t)
{
    if (t->gone)
        return;
    t->gone = true;
    target_ref(t); /* the callbacks may drop the last other reference */
    target_attach_end(t);
    target_requests_end(t);
    t->events.on_gone(t->events.user, t);
    target_unref(t);
}
