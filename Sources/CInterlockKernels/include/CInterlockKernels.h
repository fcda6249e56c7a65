/// The loops that want instructions the compiler may not use everywhere: each exists in several
/// variants, and the best one for this machine is chosen when the program runs.
#ifndef CINTERLOCK_KERNELS_H
#define CINTERLOCK_KERNELS_H

#include "interlock_folders.h"
#include "interlock_letters.h"
#include "interlock_matrix.h"
#include "interlock_reports.h"

#endif
