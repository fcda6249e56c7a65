import Interlock

/// Each stage is a process, with memory of its own, and receives what it works on through a pipe.
///
/// With several workers there are several lines of stages, and each text goes through one of them. When a
/// process is at its end it lets go of its pipes; that ends the next one. So does its death.
enum ProcessWind {
  static func count(_ job: WindJob) throws -> WindDistribution {
    let archives = Mutex(ArchiveReader(for: job), name: "archives")
    var lines: [StageLine] = []
    for number in 1...job.workers {
      lines.append(try StageLine(job, name: job.workers == 1 ? "" : " \(number)"))
    }

    try withThreads { threads in
      for line in lines {
        try threads.spawn(name: "read\(line.name)") { @Sendable in
          while let text = archives.withLock({ $0.next() }) {
            guard try line.texts.isSent(text) else { break }
          }
          line.texts.close()
        }
      }
      // What the others count is of no use when one has failed.
      if lines.flatMap(\.tasks).waitForFirstFailure() != nil { threads.cancelAll() }
    }
    // None of them outlives this call.
    lines.flatMap(\.tasks).waitForAll()
    return try lines.reduce(into: WindDistribution()) { sum, line in sum += try line.join() }
  }
}

/// Three processes, and the pipes that lead to them.
private struct StageLine: Sendable {
  /// What distinguishes it from others.
  let name: String
  /// Where texts are sent.
  let texts: Connection
  private let parser: WorkerProcess<Void>
  private let extractor: WorkerProcess<Void>
  private let counter: WorkerProcess<WindDistribution>

  init(_ job: WindJob, name: String) throws {
    let (textsIn, textsOut) = try Connection.pair()
    let (reportsIn, reportsOut) = try Connection.pair()
    let (windsIn, windsOut) = try Connection.pair()
    (self.name, texts) = (name, textsIn)

    let parsing = WindStage(from: textsOut, to: reportsIn, job.sizes)
    parser = try naming("parse\(name)") { stage throws(ProcessError) in
      try WorkerProcess(parsing, name: stage) { stage in
        var parser = ReportParser(stage.setting)
        while let text = try stage.inlet.receiveBytes() {
          guard try stage.outlet.isSent(parser.parse(text)) else { break }
        }
      }
    }
    let extracting = WindStage(from: reportsOut, to: windsIn, job.station)
    extractor = try naming("extract\(name)") { stage throws(ProcessError) in
      try WorkerProcess(extracting, name: stage) { stage in
        var extractor = WindExtractor(for: stage.setting)
        while let batch = try stage.inlet.receive(ReportBatch.self) {
          guard try stage.outlet.isSent(extractor.extract(from: batch)) else { break }
        }
      }
    }
    let counting = windsOut.handOver()
    counter = try naming("count\(name)") { stage throws(ProcessError) in
      try WorkerProcess(counting, name: stage) { inlet in
        var distribution = WindDistribution()
        while let batch = try inlet.receive(WindBatch.self) { distribution.count(batch) }
        return distribution
      }
    }
  }

  var tasks: [AnyPoolTask] { [parser.task, extractor.task, counter.task] }

  /// Waits for the processes.
  ///
  /// - Returns: What the last one has counted.
  /// - Throws: ``WindStageError`` if one of them failed.
  func join() throws(WindStageError) -> WindDistribution {
    try naming("parse\(name)") { _ throws(ProcessError) in try result(of: parser) }
    try naming("extract\(name)") { _ throws(ProcessError) in try result(of: extractor) }
    return try naming("count\(name)") { _ throws(ProcessError) in try result(of: counter) }
  }
}

/// What a process needs that has a stage before it and one behind it.
struct WindStage<Setting: Codable & Sendable>: Codable, Sendable {
  let inlet: Connection
  let outlet: Connection
  let setting: Setting

  /// Takes both ends over, so that nobody has them but the process.
  init(from inlet: Connection, to outlet: Connection, _ setting: Setting) {
    self.inlet = inlet.handOver()
    self.outlet = outlet.handOver()
    self.setting = setting
  }
}

extension Connection {
  /// Sends bytes, waiting for room.
  ///
  /// - Returns: Whether they were sent; `false` if nobody will receive them.
  fileprivate func isSent(_ bytes: [UInt8]) throws(ConnectionError) -> Bool {
    try isThere { () throws(ConnectionError) in try send(bytes: bytes) }
  }

  /// Sends a value, waiting for room.
  ///
  /// - Returns: Whether it was sent; `false` if nobody will receive it.
  fileprivate func isSent(_ value: some Encodable) throws(ConnectionError) -> Bool {
    try isThere { () throws(ConnectionError) in try send(value) }
  }

  private func isThere(_ send: () throws(ConnectionError) -> Void) throws(ConnectionError) -> Bool {
    do throws(ConnectionError) {
      try send()
      return true
    } catch {
      if error.reason == .closed { return false }
      throw error
    }
  }
}

/// What a process returned.
private func result<Output>(of process: WorkerProcess<Output>) throws(ProcessError) -> Output {
  do throws(PoolTaskError<ProcessError>) {
    return try process.join()
  } catch {
    switch error {
    case .failed(let reason): throw reason
    case .cancelled: fatalError("BUG: nobody cancels the stages")
    }
  }
}

/// Gives errors the name of a stage.
@discardableResult
private func naming<Output>(
  _ stage: String,
  _ body: (_ stage: String) throws(ProcessError) -> Output
) throws(WindStageError) -> Output {
  do throws(ProcessError) {
    return try body(stage)
  } catch {
    throw WindStageError(stage: stage, reason: error)
  }
}
