/*
 * egress/artifact_name.h - may a file of this name be made below a folder? Names come from rules,
 * and their tokens from apps: they are hostile.
 */
#pragma once

#include "src/base/error.h"

/* 0: "name" or "folder/name", printable, and nowhere else than below. -EINVAL otherwise, and
 * -ENAMETOOLONG for more than a path can have. */
int artifact_name_check(const char *name, struct error *err);
