#include "CPeers.h"

#include <algorithm>

void standard_sort_peer_sort(long *numbers, long count) { std::sort(numbers, numbers + count); }
