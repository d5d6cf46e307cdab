#include "tests/support/core_file.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "tests/support/files.h"
#include "tests/support/json.h"
#include "tests/support/proc.h"
#include "tests/support/world.h"

enum { DEBUGGER_MS = 120000 };

/* More than 65534 segments: the number is in the first section header (ELF's PN_XNUM). */
static uint32_t segment_count(FILE *f, const Elf64_Ehdr *head)
{
    Elf64_Shdr section;

    if (head->e_phnum != PN_XNUM)
        return head->e_phnum;
    if (fseek(f, (long)head->e_shoff, SEEK_SET) != 0 || fread(&section, sizeof section, 1, f) != 1)
        return 0;
    return section.sh_info;
}

int64_t core_file_claimed(const char *path)
{
    cleanup(close_file) FILE *f = fopen(path, "re");
    Elf64_Ehdr head;
    int64_t claimed = 0;

    if (!f || fread(&head, sizeof head, 1, f) != 1 || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_type != ET_CORE)
        return -1;
    uint32_t count = segment_count(f, &head);
    if (fseek(f, (long)head.e_phoff, SEEK_SET) != 0)
        return -1;
    for (uint32_t i = 0; i < count; i++) {
        Elf64_Phdr segment;

        if (fread(&segment, sizeof segment, 1, f) != 1)
            return -1;
        int64_t end = (int64_t)(segment.p_offset + segment.p_filesz);
        claimed = end > claimed ? end : claimed;
    }
    return claimed;
}

bool core_file_whole(const char *path)
{
    int64_t claimed = core_file_claimed(path);

    return claimed > 0 && claimed == files_size(path);
}

const cJSON *core_file_read(const char *path, const char *dac)
{
    const char *argv[] = {"dotnet", "build/apps/clrmd/clrmd.dll", path, dac, NULL};
    const char *output = "", *log = world_text("%s/clrmd.log", files_tmpdir());
    int code = proc_run(&(struct proc_options){.argv = argv, .output = log}, DEBUGGER_MS, &output);
    const cJSON *doc = json_parse(output);

    return json_number(doc, "threadCount") > 0 && (code == 0 || code == 1) ? doc : NULL;
}

bool core_file_opens(const char *path, const char *dac, bool heap)
{
    const cJSON *doc = core_file_read(path, dac);

    return doc && (!heap || (!json_at(doc, "error") && json_number(doc, "objects") > 0));
}

int core_file_gdb_threads(const char *path)
{
    const char *argv[] = {"gdb", "-nx", "-batch", "-ex", "info threads", "-core", path, NULL};
    const char *output = "", *log = world_text("%s/gdb.log", files_tmpdir());
    int threads = 0;

    if (proc_run(&(struct proc_options){.argv = argv, .output = log}, DEBUGGER_MS, &output) != 0)
        return -1;
    for (const char *at = strstr(output, "LWP "); at; at = strstr(at + 1, "LWP "))
        threads++;
    return threads;
}
