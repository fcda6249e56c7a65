/// The rules of a read-write lock.
///
/// Inside are readers, or one writer, or nobody. Whoever leaves last lets in whoever is next in line
/// by putting it inside: nobody has to try again, and nobody who comes can push in between.
///
/// The invariant: nobody stands in line who might be inside.
struct ReadWriteRules {
  enum Role {
    case reader
    case writer
  }

  struct Request {
    let thread: ThreadRecord
    let role: Role
  }

  private let preference: ReadWritePreference
  private(set) var writer: ThreadRecord?
  private(set) var readers: [ThreadRecord] = []
  private(set) var line: [Request] = []

  init(preference: ReadWritePreference) {
    self.preference = preference
  }

  func isInside(_ thread: ThreadRecord) -> Bool {
    writer === thread || readers.contains { $0 === thread }
  }

  mutating func enterAtOnce(_ thread: ThreadRecord, as role: Role) -> Bool {
    guard !isInside(thread), mayEnter(role, before: line[...]) else { return false }
    putInside(Request(thread: thread, role: role))
    return true
  }

  mutating func enter(_ thread: ThreadRecord, as role: Role) -> Entry {
    if enterAtOnce(thread, as: role) { return .pass }
    line.append(Request(thread: thread, role: role))
    return .wait
  }

  /// - Returns: Whom to wake.
  mutating func leave(_ thread: ThreadRecord) -> [ThreadRecord] {
    if writer === thread { writer = nil }
    readers.removeAll { $0 === thread }
    return admit()
  }

  /// - Returns: Whom to wake.
  mutating func downgrade(_ thread: ThreadRecord) -> [ThreadRecord] {
    writer = nil
    readers.append(thread)
    return admit()
  }

  mutating func giveUp(_ thread: ThreadRecord) -> (hasLeft: Bool, woken: [ThreadRecord]) {
    guard let place = line.firstIndex(where: { $0.thread === thread }) else { return (false, []) }
    line.remove(at: place)
    // A writer may have stood in front of readers.
    return (true, admit())
  }

  /// The threads that keep one out which stands in line: those inside, or the writers in front of a reader.
  ///
  /// A writer in front may give up, and then the readers inside are nobody's obstacle.
  func obstacles(of thread: ThreadRecord) -> [ThreadRecord] {
    guard let place = line.firstIndex(where: { $0.thread === thread }) else { return [] }
    if let writer { return [writer] }
    if line[place].role == .writer { return readers }
    let others =
      switch preference {
      case .fair: line[..<place]
      case .writers: line[...]
      }
    return others.filter { $0.role == .writer }.map(\.thread)
  }

  /// Whether a thread may go inside although `others` wait.
  private func mayEnter(_ role: Role, before others: ArraySlice<Request>) -> Bool {
    guard writer == nil else { return false }
    switch (role, preference) {
    case (.writer, .fair): return readers.isEmpty && others.isEmpty
    case (.reader, .fair): return others.isEmpty
    // Writers among themselves keep their order.
    case (.writer, .writers), (.reader, .writers):
      return (role == .reader || readers.isEmpty) && !others.contains { $0.role == .writer }
    }
  }

  private mutating func putInside(_ request: Request) {
    switch request.role {
    case .reader: readers.append(request.thread)
    case .writer: writer = request.thread
    }
  }

  /// Lets in whoever may go in now.
  ///
  /// - Returns: Whom to wake.
  private mutating func admit() -> [ThreadRecord] {
    var woken: [ThreadRecord] = []
    while let place = nextPlace() {
      let request = line.remove(at: place)
      putInside(request)
      request.thread.signal(.given)
      woken.append(request.thread)
    }
    return woken
  }

  /// Where the next thread stands that may go in.
  private func nextPlace() -> Int? {
    guard writer == nil, !line.isEmpty else { return nil }
    let next =
      switch preference {
      case .fair: line.startIndex
      case .writers: line.firstIndex { $0.role == .writer } ?? line.startIndex
      }
    return line[next].role == .reader || readers.isEmpty ? next : nil
  }
}
