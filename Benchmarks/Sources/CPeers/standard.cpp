#include "CPeers.h"

#include <map>
#include <memory>
#include <version>

#if defined(__cpp_lib_barrier) && defined(__cpp_lib_latch)

#include <barrier>
#include <latch>

namespace {
// Changed only while no thread meets another.
std::map<int, std::unique_ptr<std::barrier<>>> barriers;
std::latch open_latch{0};
}  // namespace

bool standard_barrier_peer_exists(void) { return true; }

void standard_barrier_peer_prepare(int parties) {
  barriers[parties] = std::make_unique<std::barrier<>>(parties);
}

void standard_barrier_peer_meet(int parties, long count) {
  auto &barrier = *barriers.at(parties);
  for (long i = 0; i < count; i++) barrier.arrive_and_wait();
}

void standard_latch_peer_loop(long count) {
  for (long i = 0; i < count; i++) open_latch.wait();
}

#else

bool standard_barrier_peer_exists(void) { return false; }
void standard_barrier_peer_prepare(int) {}
void standard_barrier_peer_meet(int, long) {}
void standard_latch_peer_loop(long) {}

#endif
