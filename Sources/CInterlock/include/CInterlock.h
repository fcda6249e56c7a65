/// What the toolkit needs from the system and cannot say in Swift: thin, and without policy.
///
/// Every function that can fail returns an errno value, 0 for success, and never sets `errno` for
/// the caller to find.
#ifndef CINTERLOCK_H
#define CINTERLOCK_H

#include "interlock_atomics.h"
#include "interlock_connection.h"
#include "interlock_fiber.h"
#include "interlock_process.h"
#include "interlock_robust.h"
#include "interlock_stack.h"
#include "interlock_step.h"
#include "interlock_system.h"
#include "interlock_thread.h"
#include "interlock_watch.h"

#endif
