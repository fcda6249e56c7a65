import Interlock

/// Folders for whoever has nothing to do.
final class SharedFolders: Sendable {
  private struct State {
    var parts: [FolderStack] = []
    var isOpen = true
  }

  private let state = Monitor(State(), name: "folders")
  private let wanted = Atomic(0)

  /// Whether somebody waits for whom nothing is there.
  ///
  /// Ordering: a hint, and nothing is read because of it; all is relaxed.
  var isWanted: Bool { wanted.load(ordering: .relaxed) > 0 }

  /// Takes a part, and waits until there is one.
  ///
  /// - Returns: The part; `nil` if there will be none any more, or the thread was cancelled.
  func take() -> FolderStack? {
    wanted.wrappingAdd(1, ordering: .relaxed)
    let isSettled: @Sendable (State) -> Bool = { !$0.parts.isEmpty || !$0.isOpen }
    return state.withLock(when: isSettled, until: .never) { $0.parts.popLast() } ?? nil
  }

  /// Gives a part to whoever takes it.
  func put(_ part: FolderStack) {
    wanted.wrappingSubtract(1, ordering: .relaxed)
    state.withLock { $0.parts.append(part) }
  }

  /// Lets everybody go for whom nothing is there.
  func close() {
    state.withLock { $0.isOpen = false }
  }
}
