import Interlock

/// Has pieces counted by the processes of a pool: one for each thread that talks with one of them.
struct RemotePieceCounter {
  /// With so many bytes, telling a process what to count is nothing beside the counting.
  private static let enoughBytes = 1 << 20
  /// How many pieces all threads together take before they are counted; their files stay open.
  private static let pieceLimit = 256
  /// How many pieces go to a process at a time, at the most.
  private static let piecesPerCall = 16
  /// How often to look whether to stop while a process reads.
  private static let patience = Duration.milliseconds(100)

  private let job: LetterJob
  private let pool: ProcessPool
  /// Counts what no other process can read.
  private let own: PieceCounter

  init(for job: LetterJob, in pool: ProcessPool) {
    self.job = job
    self.pool = pool
    own = PieceCounter(for: job)
  }

  /// Takes a large piece, or several small ones, so that a call is worth its while.
  ///
  /// - Returns: The pieces, or `nil` if there are none left or the run was stopped.
  func take(from pieces: Pieces) -> [Piece]? {
    let limit = max(1, min(Self.piecesPerCall, Self.pieceLimit / pool.workerCount))
    var taken: [Piece] = []
    var bytes = 0
    while taken.count < limit, bytes < Self.enoughBytes, let piece = pieces.next() {
      taken.append(piece)
      // Nobody knows how long anything else takes: it is the last that anything waits for.
      guard case .segment(_, let range) = piece else { break }
      bytes += range.count
    }
    return taken.isEmpty ? nil : taken
  }

  /// Counts the letters of `pieces`, most of them elsewhere.
  ///
  /// - Returns: The count; what cannot be read is reported and left out.
  /// - Throws: ``ProcessError`` if there is no process, or it crashed.
  func count(_ pieces: [Piece]) throws -> LetterCount {
    var sent: [Piece] = []
    var kept: [Piece] = []
    var remote: [RemotePiece] = []
    for piece in pieces {
      if let place = RemotePiece(piece) {
        sent.append(piece)
        remote.append(place)
      } else {
        kept.append(piece)
      }
    }
    guard let answer = try send(remote) else { return LetterCount() }
    job.progress.addBytes(Int(answer.count.bytes))
    var sum = answer.count
    for (place, piece) in sent.enumerated() {
      switch (answer.failures[place], piece) {
      case (nil, _): sum += own.finish(piece)
      case (let reason?, .resource(let resource)):
        job.fail(InputFailure(input: resource.address, reason: reason))
      case (_?, .segment), (_?, .stream):
        // Not every name leads to the same file in another process: `/dev/stdin` does not, nor does
        // that of a file that was moved. Here it is open.
        kept.append(piece)
      }
    }
    for piece in kept { sum += own.count(piece) }
    return sum
  }

  /// Lets a process count `pieces`.
  ///
  /// - Returns: What it says; `nil` if the run was stopped meanwhile.
  private func send(_ pieces: [RemotePiece]) throws -> RemoteCount? {
    if pieces.isEmpty { return RemoteCount() }
    let task = try pool.submit(RemoteCount.self, pieces)
    do throws(PoolTaskError<ProcessError>) {
      while !job.shouldStop {
        if let count = try task.join(for: Self.patience) { return count }
      }
      task.cancel()
      return nil
    } catch {
      guard case .failed(let failure) = error else { throw error }
      throw failure
    }
  }
}
