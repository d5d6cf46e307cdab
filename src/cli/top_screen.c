#include "src/cli/top_screen.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "src/base/text.h"
#include "src/io/watch.h"

#define ENTER "\x1b[?1049h\x1b[?25l"
#define LEAVE "\x1b[?25h\x1b[?1049l"
#define HOME "\x1b[H"
#define CLEAR_LINE "\x1b[K"
#define CLEAR_BELOW "\x1b[J"
#define REVERSE "\x1b[7m"
#define NORMAL "\x1b[0m"

enum { ROWS_DEFAULT = 24, COLUMNS_DEFAULT = 80 };

struct top_screen {
    struct top_screen_events events;
    struct termios before;
    struct watch keys;
    uv_signal_t *resized;
    char *title, *body;
    unsigned rows, columns, first; /* first: line of the body at the top */
};

static void put(const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(STDOUT_FILENO, data, size);
        if (n < 0 && errno != EINTR)
            return;
        data += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
}

static void measure(struct top_screen *s)
{
    struct winsize size = {0};
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col;

    s->rows = known ? size.ws_row : ROWS_DEFAULT;
    s->columns = known ? size.ws_col : COLUMNS_DEFAULT;
}

static unsigned count_lines(const char *text)
{
    unsigned count = 0;

    for (; (text = strchr(text, '\n')) != NULL; text++)
        count++;
    return count;
}

/* At most as many characters as fit; bytes inside a UTF-8 sequence take no room. */
static void add_cut(struct text *out, const char *line, size_t size, unsigned columns)
{
    size_t end = 0;

    for (unsigned used = 0; end < size; end++) {
        used += ((unsigned char)line[end] & 0xC0) != 0x80;
        if (used > columns)
            break;
    }
    text_add(out, line, end);
}

static void draw(struct top_screen *s)
{
    struct text out = {0};
    const char *line = s->body;

    text_add_str(&out, HOME REVERSE);
    add_cut(&out, s->title, strlen(s->title), s->columns);
    text_add_str(&out, NORMAL CLEAR_LINE);
    for (unsigned i = 0; i < s->first && *line; i++)
        line = strchrnul(line, '\n') + 1;
    for (unsigned row = 1; row < s->rows && *line; row++) {
        size_t size = strcspn(line, "\n");
        text_add_str(&out, "\r\n");
        add_cut(&out, line, size, s->columns);
        text_add_str(&out, CLEAR_LINE);
        line += size + (line[size] == '\n');
    }
    text_add_str(&out, CLEAR_BELOW);
    put(out.data, out.size);
    text_deinit(&out);
}

static void scroll(struct top_screen *s, int lines)
{
    unsigned all = count_lines(s->body), room = s->rows > 1 ? s->rows - 1 : 1;
    unsigned last = all > room ? all - room : 0;
    int64_t wanted = (int64_t)s->first + lines;

    s->first = wanted < 0 ? 0 : wanted > last ? last : (unsigned)wanted;
}

static const struct {
    const char *keys;
    int lines, pages;
} moves[] = {
    {"\x1b[A", -1, 0},  {"k", -1, 0},      {"\x1b[B", 1, 0}, {"j", 1, 0},
    {"\x1b[5~", 0, -1}, {"\x1b[6~", 0, 1}, {" ", 0, 1},
};

static void on_keys(void *user, int events)
{
    struct top_screen *s = user;
    char keys[32];
    ssize_t n = read(STDIN_FILENO, keys, sizeof keys - 1);

    (void)events;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    keys[n > 0 ? n : 0] = '\0';
    if (n <= 0 || strchr(keys, 'q')) {
        s->events.on_quit(s->events.user);
        return;
    }
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        if (strstr(keys, moves[i].keys))
            scroll(s, moves[i].lines + moves[i].pages * (int)(s->rows > 2 ? s->rows - 2 : 1));
    }
    draw(s);
}

static void on_resized(uv_signal_t *handle, int number)
{
    struct top_screen *s = handle->data;

    (void)number;
    measure(s);
    scroll(s, 0);
    draw(s);
}

/* Keys come at once and are not shown; Ctrl+C stays a signal. */
static int set_terminal(struct top_screen *s, struct error *err)
{
    struct termios raw;

    if (tcgetattr(STDIN_FILENO, &s->before) < 0)
        return error_set(err, -errno, "the terminal: %s", strerror(errno));
    raw = s->before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) < 0)
        return error_set(err, -errno, "the terminal: %s", strerror(errno));
    return 0;
}

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

int top_screen_open(uv_loop_t *loop, const struct top_screen_events *events,
                    struct top_screen **ret, struct error *err)
{
    struct top_screen *s = calloc(1, sizeof *s);

    if (!s)
        return error_set(err, -ENOMEM, "the terminal");
    s->events = *events;
    s->title = strdup("");
    s->body = strdup("");
    s->resized = calloc(1, sizeof *s->resized);
    int r = s->title && s->body && s->resized ? set_terminal(s, err)
                                              : error_set(err, -ENOMEM, "the terminal");
    if (r < 0) {
        free(s->resized);
        free(s->title);
        free(s->body);
        free(s);
        return r;
    }
    (void)uv_signal_init(loop, s->resized);
    s->resized->data = s;
    (void)uv_signal_start(s->resized, on_resized, SIGWINCH);
    measure(s);
    put(ENTER, strlen(ENTER));
    *ret = s;
    r = watch_start(&s->keys, loop, STDIN_FILENO, UV_READABLE, on_keys, s, err);
    if (r < 0)
        top_screen_close(s);
    return r;
}

void top_screen_show(struct top_screen *s, const char *title, const char *body)
{
    char *new_title = strdup(title), *new_body = strdup(body);

    if (new_title && new_body) {
        free(s->title);
        free(s->body);
        s->title = new_title;
        s->body = new_body;
    } else { /* no memory: the page before stays */
        free(new_title);
        free(new_body);
    }
    scroll(s, 0);
    draw(s);
}

void top_screen_close(struct top_screen *s)
{
    watch_stop(&s->keys);
    uv_close((uv_handle_t *)s->resized, free_handle);
    put(LEAVE, strlen(LEAVE));
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &s->before);
    free(s->title);
    free(s->body);
    free(s);
}
