/* cli/top.h - `portside top`: the metrics of a running portside, again and again. */
#pragma once

/* `argv` without the program's and the command's name. Returns the exit code. */
int top_main(int argc, char **argv);
