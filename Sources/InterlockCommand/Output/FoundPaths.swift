import Glibc
import Interlock
import InterlockPrograms

/// What becomes of the paths that a search finds: they are printed at once, or kept.
///
/// They are printed as they are, byte by byte. If that fails the search is stopped.
final class FoundPaths: Sendable {
  private struct State {
    var kept: [PathList] = []
    var error: SystemError?
  }

  private let progress: SearchProgress
  private let lineEnd: UInt8?
  private let state = Mutex(State(), name: "found paths")

  /// - Parameters:
  ///   - progress: Of the search.
  ///   - lineEnd: What to print behind each path; `nil` to keep the paths.
  init(progress: SearchProgress, lineEnd: UInt8?) {
    self.progress = progress
    self.lineEnd = lineEnd
  }

  /// Prints or keeps some paths.
  ///
  /// Any thread may call it at any time.
  @Sendable
  func add(_ paths: PathList) {
    guard let lineEnd else { return state.withLock { $0.kept.append(paths) } }
    let bytes = paths.bytes(terminatedBy: lineEnd)
    // One at a time: a pipe takes a large piece bit by bit.
    state.withLock { state in
      guard state.error == nil else { return }
      let result = unsafe bytes.withUnsafeBytes { bytes in
        Result { () throws(SystemError) in try unsafe Output.write(bytes, to: STDOUT_FILENO) }
      }
      guard case .failure(let error) = result else { return }
      state.error = error
      progress.stop()
    }
  }

  /// - Throws: ``Failure`` if the paths could not be printed.
  func finish() throws(Failure) {
    if let error = state.withLock({ $0.error }) { throw Failure("standard output: \(error)") }
  }

  /// The paths that were kept, sorted byte by byte.
  var sorted: [ArraySlice<UInt8>] {
    state.withLock { $0.kept }.joined().sorted { $0.lexicographicallyPrecedes($1) }
  }
}
