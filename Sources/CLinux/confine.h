/* The parts of a spawn that run between clone and exec: only calls that are safe after a fork of a threaded process. */
#ifndef IMAGESMITH_CONFINE_H
#define IMAGESMITH_CONFINE_H

#include "spawn.h"

/* Reports `errno` over the pipe, and ends. */
_Noreturn void imagesmith_spawn_fail(int pipe, enum imagesmith_spawn_step step, size_t index);

/* Starts the confined program, waits for it, kills what it leaves behind, and ends as it has ended: with its code, or 128 and
 * the signal that killed it. `pipe` closes when the program has been started. */
_Noreturn void imagesmith_guard(const struct imagesmith_spawn *spawn, int pipe);

#endif
