import CInterlock
import Glibc

/// Passes on to our own standard error what worker processes write to theirs.
///
/// That may have to wait, for a terminal that was stopped or a pipe that nobody reads. So a thread of its
/// own writes, which lives as long as there is something to write; what it has not written yet is
/// bounded, and nobody waits for it.
final class ErrorRelay: Sendable {
  static let shared = ErrorRelay()

  private struct State {
    var pieces: [[UInt8]] = []
    /// Whether there is a thread that writes.
    var isWriting = false
  }

  /// How many pieces may wait to be written.
  private static let limit = 16
  /// How long whoever wants everything to be written waits for that.
  private static let patience = Duration.milliseconds(200)

  private let state = Monitor(State(), name: "worker errors")

  /// Whether another piece can be passed on.
  var hasRoom: Bool { state.withLock { $0.pieces.count < Self.limit } }

  /// Writes a piece soon; drops it if there is no room.
  func pass(on piece: [UInt8]) {
    if piece.isEmpty { return }
    let startsThread = state.withLock { state in
      guard state.pieces.count < Self.limit else { return false }
      state.pieces.append(piece)
      defer { state.isWriting = true }
      return !state.isWriting
    }
    guard startsThread else { return }
    do throws(ThreadError) {
      try spawn(name: "worker errors") { self.write() }
    } catch {
      // Without a thread nothing is passed on; what was written last is still in errors.
      state.withLock { $0 = State() }
    }
  }

  /// Waits until everything is written, within reason.
  func flush() {
    let isIdle: @Sendable (borrowing State) -> Bool = { !$0.isWriting }
    _ = state.withLock(when: isIdle, for: Self.patience) { _ in }
  }

  private func write() {
    // If nobody reads our standard error any more, that is no reason to end the program.
    interlock_block_signals()
    while let pieces = next() {
      for piece in pieces { _ = unsafe interlock_write_all(STDERR_FILENO, piece, piece.count) }
    }
  }

  private func next() -> [[UInt8]]? {
    state.withLock { state in
      state.isWriting = !state.pieces.isEmpty
      guard state.isWriting else { return nil }
      defer { state.pieces = [] }
      return state.pieces
    }
  }
}
