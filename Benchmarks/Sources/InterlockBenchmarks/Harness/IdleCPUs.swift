import Glibc

/// Waits until this process has `count` CPUs for itself, for what can be shown on no other machine.
///
/// - Throws: ``Failure`` if that does not come about within a few seconds.
func waitForIdleCPUs(_ count: Int) throws {
  let threads = TimedWork("idle CPUs", threads: count, .acrossCPUs) {
    while !Crew.isStopped {}
    return 1
  }
  var share = 0.0
  for _ in 0..<20 {
    let sample = try threads.measure(for: 0.05)
    share = sample.cpu / sample.wall
    if share > 0.95 * Double(count) { return }
    usleep(200_000)
  }
  throw Failure(
    "\(count) threads get the time of \(Figures.fixed(share, 1)) CPUs only; others are at work here"
  )
}
