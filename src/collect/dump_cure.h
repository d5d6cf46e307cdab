/*
 * collect/dump_cure.h - from the words of createdump and the runtime to cause and cure.
 */
#pragma once

#include "src/base/error.h"

/* Appends cause and cure to err->text when its words are known (FEASIBILITY section 1, FACTS
 * section 3); `folder` is the dump folder and `uid` the app's user for the sentence. */
void dump_cure_append(struct error *err, const char *folder, unsigned uid);
