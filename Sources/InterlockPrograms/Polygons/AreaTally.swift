/// The sum of what came of the segments, in their order.
struct AreaTally: ~Copyable {
  private let job: AreaJob
  private let report: (InputFailure) -> Void
  private let write: ([UInt8]) throws -> Void
  private var lines = 0
  private var polygons = 0
  private var total: Area? = Area(halves: 0)
  /// Whether some of the input could not be read.
  private(set) var hasFailed = false

  /// - Parameters:
  ///   - job: What is measured.
  ///   - report: Is told about lines that are no polygons, and about an input that cannot be read.
  ///   - write: Is given the areas, one a line.
  init(
    for job: AreaJob,
    report: @escaping (InputFailure) -> Void,
    write: @escaping ([UInt8]) throws -> Void
  ) {
    self.job = job
    self.report = report
    self.write = write
  }

  /// Adds what came of the next segment.
  ///
  /// - Throws: What writing the areas throws.
  mutating func add(_ result: Result<SegmentAreas, SystemError>) throws {
    guard !hasFailed else { return }
    switch result {
    case .success(let areas): try add(areas)
    case .failure(let error): fail(error)
    }
  }

  private mutating func add(_ areas: SegmentAreas) throws {
    for fault in areas.faults {
      let number = lines + fault.line + 1
      report(InputFailure(input: "\(job.input):\(number)", reason: "\(fault)"))
    }
    lines += areas.lines
    polygons += areas.polygons
    total = total.flatMap { total in areas.total.flatMap { total.adding($0) } }
    job.progress.add(polygons: areas.polygons, bytes: areas.bytes, errors: areas.faults.count)
    if !areas.text.isEmpty { try write(areas.text) }
  }

  /// Says that the input cannot be read, or not to its end.
  mutating func fail(_ error: SystemError) {
    hasFailed = true
    job.progress.add(polygons: 0, bytes: 0, errors: 1)
    report(InputFailure(input: job.input, reason: "\(error)"))
  }

  /// What came of everything.
  consuming func finish() -> AreaReport {
    AreaReport(
      polygons: polygons,
      total: total,
      errors: job.progress.errors,
      wasStopped: job.progress.isStopped
    )
  }
}
