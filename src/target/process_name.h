/*
 * target/process_name.h - the name of a process, from the command line its runtime tells.
 */
#pragma once

enum { PROCESS_NAME_SIZE = 256 };

/*
 * File name of the first word: words end at a blank, quotes join, a backslash quotes the next
 * character (CONTRACT section 3, Linux rules). "/usr/share/dotnet/dotnet app.dll" is "dotnet".
 * "unknown" stays "unknown". Cut to the buffer; "" when there is no word. Returns `name`.
 */
const char *process_name(const char *command_line, char name[static PROCESS_NAME_SIZE]);
