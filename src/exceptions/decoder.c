#include "src/exceptions/decoder.h"

#include <string.h>

#include "proto/wire/cursor.h"

/* Units up to a NUL unit; the cursor is bad when there is none. */
static struct exception_text read_text(struct cursor *in)
{
    struct exception_text text = {in->at, 0};

    while (2 * text.count + 1 < in->left && (in->at[2 * text.count] || in->at[2 * text.count + 1]))
        text.count++;
    cursor_skip(in, 2 * text.count + 2);
    return text;
}

/* What the runtime writes for null. */
static bool is_null(const struct exception_text *text)
{
    static const uint8_t null[] = {'N', 0, 'U', 0, 'L', 0, 'L', 0};

    return 2 * text->count == sizeof null && memcmp(text->units, null, sizeof null) == 0;
}

bool exception_payload_decode(const uint8_t *payload, size_t size, uint32_t pointer_size,
                              struct exception_payload *ret)
{
    struct cursor in = cursor_of(payload, size);
    struct exception_payload p;

    p.type = read_text(&in);
    p.message = read_text(&in);
    cursor_skip(&in, pointer_size); /* EIP */
    p.hresult = cursor_u32(&in);
    p.flags = cursor_u16(&in);
    if (in.bad)
        return false;
    if (is_null(&p.message))
        p.message.count = 0;
    *ret = p;
    return true;
}
