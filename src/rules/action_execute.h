/*
 * rules/action_execute.h - the action Execute: a program of this container, until its exit.
 *
 * It has our environment, no standard input, and a pipe of ours for its output, whose begin is told
 * when it fails: nothing of it holds our own output open. PATH is not searched.
 */
#pragma once

#include "src/rules/action.h"

int action_execute_start(const struct action_call *call, struct action **ret, struct error *err);
void action_execute_end(struct action *a, enum action_end how);

/* Kills all that still run, also those that were left alone. All actions must have been ended. */
void action_execute_end_all(struct rules_context *context);
