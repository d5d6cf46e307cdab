/*
 * support/fake_runtime.h - a scripted .NET runtime on a thread.
 *
 * It speaks the diagnostic IPC protocol with an encoder and decoder of its own (facts/FACTS.md
 * section 3), so that an error in proto/ipc cannot hide itself. Either it connects to a diagnostic
 * port, advertises itself and connects again after each command (reverse connect), or it listens
 * on dotnet-diagnostic-{pid}-{key}-socket in a folder. Without rules it answers every command as a
 * healthy runtime; a rule replaces the answer to one command. It records what it was sent.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* (command set << 8) | command id */
enum {
    FAKE_DUMP1 = 0x0101,
    FAKE_DUMP2 = 0x0102,
    FAKE_DUMP3 = 0x0103,
    FAKE_STOP = 0x0201,
    FAKE_COLLECT1 = 0x0202,
    FAKE_COLLECT2 = 0x0203,
    FAKE_COLLECT3 = 0x0204,
    FAKE_COLLECT4 = 0x0205,
    FAKE_COLLECT5 = 0x0206, /* the last that .NET 10 knows */
    FAKE_PROFILER = 0x0302, /* StartupProfiler */
    FAKE_INFO1 = 0x0400,
    FAKE_RESUME = 0x0401,
    FAKE_ENV = 0x0402,
    FAKE_SETENV = 0x0403,
    FAKE_INFO2 = 0x0404,
    FAKE_INFO3 = 0x0408,
    FAKE_ANY = 0xffff,      /* rule for all commands */
    FAKE_ANY_INFO = 0x04ff, /* rule for ProcessInfo 1, 2 and 3 */
    FAKE_ANY_DUMP = 0x01ff,
    FAKE_ANY_COLLECT = 0x02ff,

    FAKE_E_FAIL = 0x80004005u,
    FAKE_BAD_ENCODING = 0x80131384u,
    FAKE_UNKNOWN_COMMAND = 0x80131385u,
    FAKE_COOKIE_SIZE = 16,
    FAKE_ADVERTISE_SIZE = 34,
    FAKE_RULES = 6,
};

enum fake_act {
    FAKE_ACT_ANSWER,  /* as a healthy runtime */
    FAKE_ACT_ERROR,   /* error reply with `hresult` and, when not NULL, `text` */
    FAKE_ACT_SILENT,  /* no answer until fake_runtime_set_rules(), as a stopped process; the
                         connection stays open until the peer closes it, no other is offered */
    FAKE_ACT_HANG_UP, /* the first `size` bytes of the healthy answer, then close */
    FAKE_ACT_RAW,     /* `size` bytes from `bytes` (NULL: zeros), then close */
};

struct fake_rule {
    unsigned command; /* 0 ends the table */
    enum fake_act act;
    int times; /* applies to the first so many such commands; 0: to all */
    bool gate; /* first waits for fake_runtime_open_gate() */
    uint32_t hresult;
    const char *text;
    const void *bytes;
    size_t size;
};

/* What GenerateCoreDump writes: an ELF core whose one segment ends at `claimed`. */
struct fake_dump {
    size_t size;       /* bytes written; 0: 64 KiB */
    size_t claimed;    /* 0: as `size` */
    size_t piece;      /* bytes of one write; 0: 16 KiB as createdump */
    size_t hold_after; /* > 0: after so many bytes wait for fake_runtime_open_gate() */
    uint32_t hresult;  /* != 0: fail after the bytes, with `text`; the file is unlinked */
    const char *text;
    bool die; /* after the bytes: close without an answer and stay away */
};

/* What a session writes after its id. Bytes are borrowed for the test's life. */
struct fake_trace {
    const void *bytes;
    size_t size;
    const void *rundown; /* after StopTracing */
    size_t rundown_size;
    size_t piece;      /* bytes of one write; 0: 16 KiB */
    int pace_ms;       /* between two writes */
    size_t hold_after; /* > 0: after so many bytes wait for fake_runtime_open_gate() */
    bool repeat;       /* `bytes` again and again until it is stopped */
    bool ends;         /* by itself, with its rundown, after `bytes` */
};

enum { FAKE_PROVIDERS = 24, FAKE_TEXT = 2048 };

/* A CollectTracing command as it came. */
struct fake_collect {
    unsigned command; /* 0: none came */
    uint32_t buffer_mb, format;
    uint64_t rundown; /* keyword; of revision 2 and 3 the flag, 0 or 1 */
    bool stackwalk;
    size_t count;
    struct {
        uint64_t keywords;
        uint32_t level;
        char name[128], arguments[FAKE_TEXT];
    } providers[FAKE_PROVIDERS];
};

struct fake_options {
    const char *port;                 /* path of the diagnostic port to connect to, or NULL */
    const char *folder;               /* folder of its own socket, or NULL */
    uint64_t pid;                     /* 0: the test's own */
    uint8_t cookie[FAKE_COOKIE_SIZE]; /* all zero: a new one */
    const char *command_line;         /* NULL: "/app/fake --serve" */
    const char *entry;                /* NULL: "fake" */
    const char *version;              /* NULL: "10.0.12" */
    const char *const *env;           /* NULL-ended; NULL: three variables */
    struct fake_rule rules[FAKE_RULES];
    struct fake_dump dump;
    struct fake_trace trace;
    bool stay_away; /* does not connect again after a command */
};

struct fake_runtime;

/* Lives until fake_runtime_stop() or the end of the test. Options are copied, strings borrowed. */
struct fake_runtime *fake_runtime_start(const struct fake_options *o);

/* As a process that ends: all connections close. */
void fake_runtime_stop(struct fake_runtime *r);

void fake_runtime_open_gate(struct fake_runtime *r);

/* Replaces the rules from the next command on. */
void fake_runtime_set_rules(struct fake_runtime *r, const struct fake_rule rules[FAKE_RULES]);
void fake_runtime_set_dump(struct fake_runtime *r, const struct fake_dump *dump);
void fake_runtime_set_trace(struct fake_runtime *r, const struct fake_trace *trace);

/* How often a command came (FAKE_ANY...: any of them), and connections made or taken. */
int fake_runtime_received(struct fake_runtime *r, unsigned command);
int fake_runtime_connections(struct fake_runtime *r);

/* Waits until a command came `count` times. */
bool fake_runtime_wait(struct fake_runtime *r, unsigned command, int count, int ms);

/* Waits until it sits on a command that a rule leaves unanswered. Which one that is, a test cannot
 * know: the daemon also asks for itself (ProcessInfo, sessions of metrics). */
bool fake_runtime_wait_silent(struct fake_runtime *r, int ms);

/* The cookie as GUID text, as the API shows it. */
const char *fake_runtime_uid(const struct fake_runtime *r);

/* Path, type and flags of the last dump command; "" and 0 before. */
const char *fake_runtime_dump_path(struct fake_runtime *r);
uint32_t fake_runtime_dump_type(struct fake_runtime *r);

/* Sessions that run now; StopTracing commands with an id that was not, or no longer, that of a
 * running session; bytes that sessions have written until now; the last CollectTracing. */
int fake_runtime_sessions(struct fake_runtime *r);
int fake_runtime_stray_stops(struct fake_runtime *r);
size_t fake_runtime_streamed(struct fake_runtime *r);
void fake_runtime_collect(struct fake_runtime *r, struct fake_collect *ret);

/* For tests that speak by hand: a connection to a Unix socket (negative errno), an advertise. */
int fake_connect(const char *path);
void fake_advertise(uint8_t out[static FAKE_ADVERTISE_SIZE], const uint8_t *cookie, uint64_t pid);
