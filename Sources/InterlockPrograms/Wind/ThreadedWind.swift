import Interlock

/// Each stage has threads of its own, and takes what it works on out of a bounded queue.
///
/// When a stage is at its end it closes the queue behind it; that ends the next one. Texts come out in
/// any order, which does not matter to what is counted.
enum ThreadedWind {
  static func count(_ job: WindJob) throws -> WindDistribution {
    let texts = BlockingQueue<[UInt8]>(capacity: job.sizes.queue, name: "texts")
    let reports = BlockingQueue<ReportBatch>(capacity: job.sizes.queue, name: "reports")
    let winds = BlockingQueue<WindBatch>(capacity: job.sizes.queue, name: "winds")
    var distribution = WindDistribution()

    try withThreads { threads in
      // Threads that wait for a stage which could not be started would wait for ever.
      var isStarted = false
      defer {
        if !isStarted {
          texts.closeAtOnce()
          reports.closeAtOnce()
          winds.closeAtOnce()
        }
      }
      try threads.spawn(name: "read") {
        var archives = ArchiveReader(for: job)
        while let text = archives.next() {
          guard texts.accepts(text) else { break }
        }
        texts.close()
      }
      let parsers = StageCrew(job.workers)
      for number in 1...job.workers {
        try threads.spawn(name: "parse \(number)") {
          var parser = ReportParser(job.sizes)
          for text in texts {
            guard reports.accepts(parser.parse(text)) else { break }
          }
          if parsers.isLastToLeave() { reports.close() }
        }
      }
      let extractors = StageCrew(job.workers)
      for number in 1...job.workers {
        try threads.spawn(name: "extract \(number)") {
          var extractor = WindExtractor(for: job.station)
          for batch in reports {
            guard winds.accepts(extractor.extract(from: batch)) else { break }
          }
          if extractors.isLastToLeave() { winds.close() }
        }
      }
      isStarted = true

      for batch in winds { distribution.count(batch) }
    }
    return distribution
  }
}

/// The threads of a stage, of whom the last closes the door.
private final class StageCrew: Sendable {
  private let members: Atomic<Int>

  init(_ count: Int) {
    members = Atomic(count)
  }

  /// Whether everybody else has left.
  func isLastToLeave() -> Bool {
    // Ordering: sequentially consistent; it is done once by each.
    members.wrappingSubtract(1, ordering: .sequentiallyConsistent).newValue == 0
  }
}

extension BlockingQueue {
  /// Puts an element, waiting for room.
  ///
  /// - Returns: Whether it was put; `false` if the queue was closed because nobody will take it.
  fileprivate func accepts(_ element: Element) -> Bool {
    do throws(QueueClosed<Element>) {
      try put(element)
      return true
    } catch {
      return false
    }
  }
}
