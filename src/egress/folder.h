/*
 * egress/folder.h - the folder of an artifact: made, opened. Blocks: for the thread pool.
 */
#pragma once

/* Opens `path`, made with its parents (mode 0777 less the umask, as the peer) when it is not there.
 * The settings name it, so symbolic links are followed. A descriptor, or a negative errno. */
int folder_open(const char *path);

/* Opens the folder in which `name` ("sub/name", artifact_name_check()ed) lies below `folder`; it
 * must be there, and no symbolic link. A descriptor, or a negative errno. */
int folder_open_below(int folder, const char *name);
