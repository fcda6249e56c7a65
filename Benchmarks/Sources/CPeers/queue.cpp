#include "CPeers.h"

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace {
// The bounded queue as textbooks have it.
class Queue {
 public:
  explicit Queue(std::size_t capacity) : ring(capacity) {}

  void put(long element) {
    {
      std::unique_lock guard(lock);
      has_room.wait(guard, [this] { return count < ring.size(); });
      ring[next] = element;
      next = after(next);
      count++;
    }
    has_elements.notify_one();
  }

  long take() {
    long element;
    {
      std::unique_lock guard(lock);
      has_elements.wait(guard, [this] { return count > 0; });
      element = ring[first];
      first = after(first);
      count--;
    }
    has_room.notify_one();
    return element;
  }

 private:
  std::size_t after(std::size_t place) const { return place + 1 < ring.size() ? place + 1 : 0; }

  std::mutex lock;
  std::condition_variable has_room;
  std::condition_variable has_elements;
  std::vector<long> ring;
  std::size_t first = 0;
  std::size_t next = 0;
  std::size_t count = 0;
};

// Changed only while no thread puts or takes.
std::map<long, std::unique_ptr<Queue>> queues;
}  // namespace

void standard_queue_peer_prepare(long capacity) {
  queues[capacity] = std::make_unique<Queue>(static_cast<std::size_t>(capacity));
}

void standard_queue_peer_put(long capacity, long count) {
  auto &queue = *queues.at(capacity);
  for (long i = 0; i < count; i++) queue.put(i);
}

void standard_queue_peer_take(long capacity, long count) {
  auto &queue = *queues.at(capacity);
  long sum = 0;
  for (long i = 0; i < count; i++) sum += queue.take();
  keep(sum);
}
