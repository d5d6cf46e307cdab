#include "src/http/scan.h"

/* What a byte can be to the grammar. TOKEN is RFC 9110's tchar, TEXT all other visible ASCII. */
enum byte_class { CTL, TAB, LF, CR, SP, COLON, TOKEN, TEXT, HIGH, CLASS_COUNT };

static const uint8_t classes[256] = {
    [0x00 ... 0x08] = CTL,
    [0x09] = TAB,
    [0x0a] = LF,
    [0x0b ... 0x0c] = CTL,
    [0x0d] = CR,
    [0x0e ... 0x1f] = CTL,
    [' '] = SP,
    ['!'] = TOKEN,
    ['"'] = TEXT,
    ['#' ... '\''] = TOKEN,
    ['(' ... ')'] = TEXT,
    ['*' ... '+'] = TOKEN,
    [','] = TEXT,
    ['-' ... '.'] = TOKEN,
    ['/'] = TEXT,
    ['0' ... '9'] = TOKEN,
    [':'] = COLON,
    [';' ... '@'] = TEXT,
    ['A' ... 'Z'] = TOKEN,
    ['[' ... ']'] = TEXT,
    ['^' ... 'z'] = TOKEN,
    ['{'] = TEXT,
    ['|'] = TOKEN,
    ['}'] = TEXT,
    ['~'] = TOKEN,
    [0x7f] = CTL,
    [0x80 ... 0xff] = HIGH,
};

#define TO(state) HTTP_SCAN_##state

/* A missing entry is HTTP_SCAN_BAD. */
static const uint8_t moves[HTTP_SCAN_COUNT][CLASS_COUNT] = {
    [TO(START)] = {[CR] = TO(START_LF), [TOKEN] = TO(METHOD)},
    [TO(START_LF)] = {[LF] = TO(FIRST)},
    [TO(FIRST)] = {[TOKEN] = TO(METHOD)},
    [TO(METHOD)] = {[TOKEN] = TO(METHOD), [SP] = TO(TARGET_FIRST)},
    [TO(TARGET_FIRST)] = {[TOKEN] = TO(TARGET), [TEXT] = TO(TARGET), [COLON] = TO(TARGET)},
    [TO(TARGET)] =
        {[TOKEN] = TO(TARGET), [TEXT] = TO(TARGET), [COLON] = TO(TARGET), [SP] = TO(VERSION_FIRST)},
    [TO(VERSION_FIRST)] = {[TOKEN] = TO(VERSION)},
    [TO(VERSION)] = {[TOKEN] = TO(VERSION), [TEXT] = TO(VERSION), [CR] = TO(LINE_LF)},
    [TO(LINE_LF)] = {[LF] = TO(NAME_FIRST)},
    [TO(NAME_FIRST)] = {[TOKEN] = TO(NAME), [CR] = TO(END_LF)},
    [TO(NAME)] = {[TOKEN] = TO(NAME), [COLON] = TO(VALUE)},
    [TO(VALUE)] = {[TAB] = TO(VALUE),
                   [SP] = TO(VALUE),
                   [COLON] = TO(VALUE),
                   [TOKEN] = TO(VALUE),
                   [TEXT] = TO(VALUE),
                   [HIGH] = TO(VALUE),
                   [CR] = TO(LINE_LF)},
    [TO(END_LF)] = {[LF] = TO(END)},
};

enum http_scan http_scan_step(enum http_scan state, uint8_t byte)
{
    return (enum http_scan)moves[state][classes[byte]];
}
