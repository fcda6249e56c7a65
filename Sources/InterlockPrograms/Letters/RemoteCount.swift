import Interlock

/// What came of several pieces in another process: one count, because most files are small.
struct RemoteCount: Codable, Sendable {
  /// What was counted, without files: the pieces need not be all of one.
  private(set) var count = LetterCount()
  /// Why a piece cannot be read there, or not to its end, by its place in the order of the pieces.
  private(set) var failures: [Int: String] = [:]
}

extension RemoteCount: ProcessTask {
  static func run(_ pieces: [RemotePiece]) -> RemoteCount {
    // Nobody sees the progress of this process, and nobody stops it but by ending it.
    let counter = PieceCounter(for: LetterJob([], for: LetterCounter(mode: .sequential)))
    var sum = RemoteCount()
    for (place, piece) in pieces.enumerated() {
      do throws(InputFailure) {
        sum.count += try piece.count(with: counter)
      } catch {
        sum.failures[place] = error.reason
      }
    }
    return sum
  }
}
