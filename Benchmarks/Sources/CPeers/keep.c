#include "CPeers.h"

void keep(long result) { (void)result; }
