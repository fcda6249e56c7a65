import Interlock

/// Worker processes measure segments; what comes of them is joined in their order.
///
/// They share no memory: a segment of a file goes to them as the place where it is, and they read it
/// themselves.
enum ProcessAreas {
  static func measure(
    _ job: AreaJob,
    _ segments: inout AreaSegments,
    to tally: inout AreaTally
  ) throws {
    let pool = try ProcessPool(workers: job.workers, name: "area")
    defer { pool.close() }
    let file = segments.file
    try job.handOut(&segments, to: &tally) { segment in
      (segment, try pool.submit(AreaSegment.self, segment))
    } join: { segment, task in
      do throws(PoolTaskError<ProcessError>) {
        return .success(try task.join())
      } catch {
        guard case .failed(let failure) = error else { throw error }
        guard case .failed = failure.reason else { throw failure }
        // Not every name leads to the same file in another process: `/dev/stdin` does not, nor does
        // that of a file that was moved. Here it is open.
        return Result { () throws(SystemError) in try segment.measure(in: file) }
      }
    }
  }
}
