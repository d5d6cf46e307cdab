#include "tests/support/fake_wire.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "src/base/cleanup.h"

enum { DUMP_DEFAULT = 64 * 1024, DUMP_PIECE = 16 * 1024, DUMP_SEGMENT_AT = 4096 };

static void put(struct fake_bytes *b, const void *data, size_t size)
{
    if (size == 0)
        return;
    uint8_t *grown = realloc(b->data, b->size + size);

    if (!grown)
        abort();
    memcpy(grown + b->size, data, size);
    b->data = grown;
    b->size += size;
}

static void put_u32(struct fake_bytes *b, uint32_t v)
{
    put(b, (const uint8_t[]){(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)},
        4);
}

static void put_u64(struct fake_bytes *b, uint64_t v)
{
    put_u32(b, (uint32_t)v);
    put_u32(b, (uint32_t)(v >> 32));
}

/* u32 count of UTF-16 units including the NUL, then the units. ASCII is all that tests need. */
static void put_string(struct fake_bytes *b, const char *s)
{
    size_t n = strlen(s) + 1;

    put_u32(b, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        put(b, (const uint8_t[]){(uint8_t)s[i], 0}, 2);
}

static void put_head(struct fake_bytes *b, uint8_t id, size_t payload)
{
    size_t size = payload + FAKE_WIRE_HEAD;

    put(b, "DOTNET_IPC_V1", 14);
    put(b, (const uint8_t[]){(uint8_t)size, (uint8_t)(size >> 8), 0xff, id, 0, 0}, 6);
}

void fake_wire_ok(struct fake_bytes *out, const uint8_t *payload, size_t size)
{
    put_head(out, 0x00, size);
    put(out, payload, size);
}

void fake_wire_error(struct fake_bytes *out, uint32_t hresult, const char *text)
{
    struct fake_bytes payload = {0};

    put_u32(&payload, hresult);
    if (text)
        put_string(&payload, text);
    put_head(out, 0xff, payload.size);
    put(out, payload.data, payload.size);
    free(payload.data);
}

void fake_wire_raw(struct fake_bytes *out, const void *bytes, size_t size)
{
    void *zeros = bytes ? NULL : calloc(1, size ? size : 1);

    put(out, bytes ? bytes : zeros, size);
    free(zeros);
}

static void answer_info(const struct fake_options *o, unsigned command, struct fake_bytes *payload)
{
    if (command == FAKE_INFO3)
        put_u32(payload, 1);
    put_u64(payload, o->pid);
    put(payload, o->cookie, FAKE_COOKIE_SIZE);
    put_string(payload, o->command_line ? o->command_line : "/app/fake --serve");
    put_string(payload, "Linux");
    put_string(payload, "x64");
    if (command == FAKE_INFO1)
        return;
    put_string(payload, o->entry ? o->entry : "fake");
    put_string(payload, o->version ? o->version : "10.0.12");
    if (command == FAKE_INFO3)
        put_string(payload, "linux-x64");
}

/* The reply's payload is the byte count of the block that follows on the same connection. */
static void answer_env(const struct fake_options *o, struct fake_bytes *out)
{
    static const char *const defaults[] = {"PATH=/usr/bin", "FAKE=yes", "EMPTY=", NULL};
    const char *const *env = o->env ? o->env : defaults;
    struct fake_bytes block = {0};
    uint32_t count = 0;

    while (env[count])
        count++;
    put_u32(&block, count);
    for (uint32_t i = 0; i < count; i++)
        put_string(&block, env[i]);
    put_head(out, 0x00, 6);
    put_u32(out, (uint32_t)block.size);
    put(out, (const uint8_t[2]){0}, 2);
    put(out, block.data, block.size);
    free(block.data);
}

void fake_wire_answer(const struct fake_options *o, unsigned command, struct fake_bytes *out)
{
    struct fake_bytes payload = {0};

    switch (command) {
    case FAKE_INFO1:
    case FAKE_INFO2:
    case FAKE_INFO3:
        answer_info(o, command, &payload);
        fake_wire_ok(out, payload.data, payload.size);
        break;
    case FAKE_ENV:
        answer_env(o, out);
        break;
    case FAKE_RESUME:
    case FAKE_SETENV:
    case FAKE_PROFILER:
        fake_wire_ok(out, (const uint8_t[4]){0}, 4);
        break;
    default:
        fake_wire_error(out, FAKE_UNKNOWN_COMMAND, NULL);
        break;
    }
    free(payload.data);
}

static uint32_t get_u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

bool fake_wire_parse_dump(const uint8_t *payload, size_t size, struct fake_dump_request *ret)
{
    size_t units = size >= 4 ? get_u32(payload) : 0;

    /* A runtime crashes on these; a test shall see them fail. */
    if (units < 2 || units > FAKE_PATH_MAX || size != 4 + units * 2 + 8)
        return false;
    for (size_t i = 0; i < units; i++)
        ret->path[i] = (char)payload[4 + i * 2];
    ret->path[units - 1] = '\0';
    ret->type = get_u32(payload + 4 + units * 2);
    ret->flags = get_u32(payload + 8 + units * 2);
    return true;
}

/* Bytes that are not there are zeros, and spoil the whole. */
struct reader {
    const uint8_t *at;
    size_t left;
    bool bad;
};

static uint64_t take(struct reader *r, size_t size)
{
    uint64_t v = 0;

    r->bad = r->bad || size > r->left;
    for (size_t i = 0; !r->bad && i < size; i++)
        v |= (uint64_t)r->at[i] << (8 * i);
    if (!r->bad) {
        r->at += size;
        r->left -= size;
    }
    return v;
}

static void take_string(struct reader *r, char *out, size_t room)
{
    size_t units = (size_t)take(r, 4);

    r->bad = r->bad || units > r->left / 2;
    for (size_t i = 0; !r->bad && i < units; i++) {
        char c = (char)take(r, 2);
        if (i < room)
            out[i] = c;
    }
    out[room - 1] = '\0';
}

bool fake_wire_parse_collect(unsigned command, const uint8_t *payload, size_t size,
                             struct fake_collect *ret)
{
    struct reader in = {payload, size, false};

    memset(ret, 0, sizeof *ret);
    ret->command = command;
    ret->stackwalk = true;
    in.bad = command >= FAKE_COLLECT5 && take(&in, 4) != 0;
    ret->buffer_mb = (uint32_t)take(&in, 4);
    ret->format = (uint32_t)take(&in, 4);
    if (command != FAKE_COLLECT1)
        ret->rundown = take(&in, command >= FAKE_COLLECT4 ? 8 : 1);
    if (command >= FAKE_COLLECT3)
        ret->stackwalk = take(&in, 1) != 0;
    ret->count = (size_t)take(&in, 4);
    in.bad = in.bad || ret->count < 1 || ret->count > FAKE_PROVIDERS || ret->buffer_mb < 1;
    for (size_t i = 0; !in.bad && i < ret->count; i++) {
        ret->providers[i].keywords = take(&in, 8);
        ret->providers[i].level = (uint32_t)take(&in, 4);
        take_string(&in, ret->providers[i].name, sizeof ret->providers[i].name);
        take_string(&in, ret->providers[i].arguments, sizeof ret->providers[i].arguments);
        if (command >= FAKE_COLLECT5)
            in.bad = take(&in, 1) > 1 || take(&in, 4) != 0 || in.bad;
    }
    return !in.bad && in.left == 0;
}

static void fill_head(uint8_t *out, size_t claimed)
{
    Elf64_Ehdr head = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_CORE,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_phoff = sizeof(Elf64_Ehdr),
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = 1,
        .e_shentsize = sizeof(Elf64_Shdr),
    };
    size_t rest = claimed > DUMP_SEGMENT_AT ? claimed - DUMP_SEGMENT_AT : 0;
    Elf64_Phdr segment = {.p_type = PT_LOAD,
                          .p_offset = DUMP_SEGMENT_AT,
                          .p_filesz = rest,
                          .p_memsz = rest,
                          .p_align = DUMP_SEGMENT_AT};

    memcpy(out, &head, sizeof head);
    memcpy(out + sizeof head, &segment, sizeof segment);
}

static bool write_pieces(int fd, const uint8_t *data, size_t size, const struct fake_dump *dump,
                         void (*on_gate)(void *user), void *user)
{
    size_t piece = dump->piece ? dump->piece : DUMP_PIECE;
    bool held = dump->hold_after == 0;

    for (size_t at = 0; at < size;) {
        size_t n = size - at < piece ? size - at : piece;
        ssize_t put_now = write(fd, data + at, n);

        if (put_now <= 0)
            return false;
        at += (size_t)put_now;
        if (!held && at >= dump->hold_after) {
            held = true;
            on_gate(user);
        }
    }
    return true;
}

uint32_t fake_wire_write_dump(const char *path, const struct fake_dump *dump,
                              void (*on_gate)(void *user), void *user)
{
    size_t size = dump->size ? dump->size : DUMP_DEFAULT;
    size_t whole = size > DUMP_SEGMENT_AT ? size : DUMP_SEGMENT_AT;
    cleanup(close_fd) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    uint8_t *data = malloc(whole);

    if (!data)
        abort();
    for (size_t i = 0; i < whole; i++)
        data[i] = (uint8_t)(i * 31 >> 3);
    fill_head(data, dump->claimed ? dump->claimed : size);
    if (dump->hresult && !dump->size)
        size = 0;
    bool ok = fd >= 0 && write_pieces(fd, data, size, dump, on_gate, user);
    free(data);
    if (ok && !dump->hresult)
        return 0;
    if (fd >= 0)
        (void)unlink(path);
    return dump->hresult ? dump->hresult : FAKE_E_FAIL;
}

unsigned long long fake_start_time(int pid)
{
    char path[64], line[1024];

    (void)snprintf(path, sizeof path, "/proc/%d/stat", pid);
    cleanup(close_file) FILE *f = fopen(path, "re");
    const char *at = f && fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
    /* Field 3 follows ") "; field 22 is 19 blanks further. */
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at, NULL, 10) : 1;
}

int fake_connect(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    if (connect(fd, (const struct sockaddr *)&a, sizeof a) == 0)
        return fd;
    int r = -errno;
    (void)close(fd);
    return r;
}

void fake_advertise(uint8_t out[static FAKE_ADVERTISE_SIZE], const uint8_t *cookie, uint64_t pid)
{
    memcpy(out, "ADVR_V1", 8);
    memcpy(out + 8, cookie, FAKE_COOKIE_SIZE);
    for (int i = 0; i < 8; i++)
        out[24 + i] = (uint8_t)(pid >> (8 * i));
    out[32] = out[33] = 0;
}
