import Glibc
import Testing

@testable import Interlock

@Suite struct `A lock between processes` {
  @Test func `is free again when its owner dies, and tells the next ones`() throws {
    let pool = try ProcessPool(workers: 1)
    let lock = try SharedLock()
    for _ in 0..<100 {
      _ = try? pool.run(lock) { lock in
        lock.acquire()
        kill(getpid(), SIGKILL)
      }
      lock.acquire()
      #expect(lock.isTorn)
      lock.release()
      // Until somebody has put it right.
      #expect(lock.withLock { $0 })
      lock.withLock { _ in lock.declareMended() }
      #expect(lock.withLock { !$0 })
    }
  }

  @Test func `is free again when a thread ends that has it`() throws {
    let lock = try SharedLock()
    let thread = try spawn { lock.acquire() }
    thread.join()
    #expect(lock.acquire(for: TestTime.limit))
    #expect(lock.isTorn)
    lock.release()
  }

  @Test func `is not waited for longer than was said`() throws {
    let lock = try SharedLock()
    try withCrew { crew in
      let isHeld = Event()
      let mayGo = Event()
      let holder = try crew.spawn {
        lock.withLock { _ in
          isHeld.set()
          mayGo.wait()
        }
      }
      isHeld.wait()
      #expect(!lock.tryAcquire())
      #expect(!lock.acquire(until: .now))
      #expect(!lock.acquire(for: TestTime.short))
      #expect(lock.withLock(until: .after(TestTime.short)) { _ in true } == nil)
      // One that is cancelled gives up, too.
      let waiter = try spawn { lock.acquire(until: .never) }
      waiter.cancel()
      #expect(waiter.join() == false)
      mayGo.set()
      try holder.result()
    }
    #expect(lock.tryAcquire())
    lock.release()
  }

  @Test func `lives with other robust locks of the same thread`() throws {
    let locks = try (0..<20).map { _ in try SharedLock() }
    let order = [3, 19, 0, 7, 7 + 1, 12, 1]
    for index in order { locks[index].acquire() }
    for index in order.shuffled() { locks[index].release() }
    var attributes = pthread_mutexattr_t()
    unsafe pthread_mutexattr_init(&attributes)
    unsafe pthread_mutexattr_setrobust(&attributes, Int32(PTHREAD_MUTEX_ROBUST))
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    defer { unsafe mutex.deallocate() }
    unsafe pthread_mutex_init(mutex, &attributes)
    for _ in 0..<3 {
      locks[0].acquire()
      #expect(unsafe pthread_mutex_lock(mutex) == 0)
      locks[1].acquire()
      locks[0].release()
      #expect(unsafe pthread_mutex_unlock(mutex) == 0)
      locks[1].release()
    }
    for lock in locks { #expect(!lock.isTorn && lock.tryAcquire()) }
    for lock in locks { lock.release() }
  }
}

@Suite struct `A value between processes` {
  @Test func `is changed by one at a time`() throws {
    let pool = try ProcessPool(workers: 2)
    let value = try SharedValue(0)
    try pool.forEach([value, value, value, value], batch: 1) { value in
      for _ in 0..<10_000 { value.withLock { $0 += 1 } }
    }
    #expect(value.current == 40_000)
  }

  @Test func `is as before if a change throws`() throws {
    let value = try SharedValue(5)
    #expect(throws: Stuck.self) {
      try value.withLock { value in
        value = 6
        throw Stuck("no")
      }
    }
    #expect(value.current == 5)
  }

  @Test func `can be waited for`() throws {
    let pool = try ProcessPool(workers: 1)
    let value = try SharedValue(0)
    let task = try pool.submit(value) { value in
      for round in 1...200 {
        let isOurTurn: (Int) -> Bool = { $0 == 2 * round - 1 }
        value.withLock(when: isOurTurn) { $0 += 1 }
      }
    }
    for round in 1...200 {
      let isOurTurn: (Int) -> Bool = { $0 == 2 * round - 2 }
      value.withLock(when: isOurTurn) { $0 += 1 }
    }
    try task.join()
    #expect(value.current == 400)
    let isMore: (Int) -> Bool = { $0 > 400 }
    #expect(value.withLock(when: isMore, until: .after(TestTime.short)) { $0 } == nil)
  }
}
