import Interlock

/// The threads of a pool measure segments; what comes of them is joined in their order.
enum ThreadedAreas {
  static func measure(
    _ job: AreaJob,
    _ segments: inout AreaSegments,
    to tally: inout AreaTally
  ) throws {
    let pool = try ThreadPool(workers: job.workers, name: "area")
    defer {
      pool.close()
      pool.join()
    }
    let file = segments.file
    try job.handOut(&segments, to: &tally) { segment in
      try pool.submit { () throws(SystemError) in try segment.measure(in: file) }
    } join: { task in
      do throws(PoolTaskError<SystemError>) {
        return .success(try task.join())
      } catch {
        guard case .failed(let failure) = error else { throw error }
        return .failure(failure)
      }
    }
  }
}
