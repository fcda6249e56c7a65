/// Some folders that wait to be searched, all in the same folder.
struct WaitingFolders: Sendable {
  /// The folder that they are in, on which they have a claim; `nil` for roots.
  let parent: SearchFolder?
  /// Their names, each with a zero at its end; a root's is its path.
  private var names: ArraySlice<UInt8>

  init(_ names: ArraySlice<UInt8>, in parent: SearchFolder?) {
    self.names = names
    self.parent = parent
  }

  var isEmpty: Bool { names.isEmpty }

  /// The name of the first, with a zero at its end.
  var first: ArraySlice<UInt8> { names[..<end(of: names.startIndex)] }

  mutating func removeFirst() { names = names[end(of: names.startIndex)...] }

  /// Takes about half of them away, from the end; `nil` if there is only one.
  mutating func split() -> WaitingFolders? {
    let firstEnd = end(of: names.startIndex)
    guard firstEnd < names.endIndex else { return nil }
    // The last name may be so long that the middle is in it.
    var middle = end(of: (names.startIndex + names.endIndex) / 2)
    if middle == names.endIndex { middle = firstEnd }
    parent?.claimAgain()
    defer { names = names[..<middle] }
    return WaitingFolders(names[middle...], in: parent)
  }

  /// Where the name ends that `place` is in.
  private func end(of place: Int) -> Int {
    (names[place...].firstIndex(of: 0) ?? names.endIndex - 1) + 1
  }
}

/// The folders that one worker still has to search: the innermost first, so that there are few.
struct FolderStack: Sendable {
  /// None is empty; the innermost last.
  private var batches: [WaitingFolders] = []

  init() {}

  init(_ batch: WaitingFolders) {
    push(batch)
  }

  var isEmpty: Bool { batches.isEmpty }

  /// The batch to go on with.
  var top: WaitingFolders? { batches.last }

  mutating func push(_ batch: WaitingFolders) {
    if !batch.isEmpty { batches.append(batch) }
  }

  /// Removes the first folder of the top batch, after it was opened.
  mutating func removeFirst() {
    batches[batches.count - 1].removeFirst()
    if batches[batches.count - 1].isEmpty { batches.removeLast().parent?.release() }
  }

  mutating func removeAll() { batches.removeAll() }

  /// Takes a part away for another worker: what is nearest to the root, and so perhaps the most.
  ///
  /// - Returns: The part, or `nil` if there is not enough for two.
  mutating func takePart() -> FolderStack? {
    if batches.count > 1 { return FolderStack(batches.removeFirst()) }
    guard !batches.isEmpty, let half = batches[0].split() else { return nil }
    return FolderStack(half)
  }

  /// Takes a part back that nobody else has searched.
  mutating func putBack(_ part: FolderStack) { batches.insert(contentsOf: part.batches, at: 0) }
}
