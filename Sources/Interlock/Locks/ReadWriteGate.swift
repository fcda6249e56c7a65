/// Lets readers in together and writers alone; a ``ReadWriteLock`` without its value.
final class ReadWriteGate: Sendable {
  let name: String?
  private let rules: Guarded<ReadWriteRules>

  init(preference: ReadWritePreference, name: String?) {
    self.name = name
    rules = Guarded(ReadWriteRules(preference: preference))
  }

  func enter(_ role: ReadWriteRules.Role, until deadline: Deadline?) -> Bool {
    Seam.attempt(role == .reader ? .acquireShared : .acquire, on: subject) {
      rules.wait(
        for: Operation(role == .reader ? .acquireShared : .acquire, subject),
        until: deadline,
        enter: { rules, thread in
          if rules.isInside(thread) {
            misuse(
              "ReadWriteLock\(quotedName) is entered by \"\(thread.name)\", which is inside already; "
                + "sooner or later it would wait for itself. Enter once and pass the value down."
            )
          }
          return rules.enter(thread, as: role)
        },
        leave: { $0.giveUp($1) }
      ) == .given
    }
  }

  func tryEnter(_ role: ReadWriteRules.Role) -> Bool {
    Seam.attempt(role == .reader ? .tryAcquireShared : .tryAcquire, on: subject) {
      let me = ThreadRecord.current
      return rules.withLock { $0.enterAtOnce(me, as: role) }
    }
  }

  func leave(_ role: ReadWriteRules.Role) {
    Seam.perform(role == .reader ? .releaseShared : .release, on: subject) {
      let me = ThreadRecord.current
      rules.withLock { $0.leave(me) }.wake()
    }
  }

  /// The calling thread, which is inside as a writer, is a reader from now on.
  func downgrade() {
    Seam.perform(.downgrade, on: subject) {
      let me = ThreadRecord.current
      rules.withLock { $0.downgrade(me) }.wake()
    }
  }

  var identities: (writer: ThreadIdentity?, readers: [ThreadIdentity], waiters: [ThreadIdentity]) {
    let (writer, readers, line) = rules.withLock { ($0.writer, $0.readers, $0.line) }
    return (
      writer.map(ThreadIdentity.init), readers.map(ThreadIdentity.init),
      line.map { ThreadIdentity($0.thread) }
    )
  }

  private var subject: Subject { Subject("ReadWriteLock", self, name: name) }
  private var quotedName: String { name.map { " \"\($0)\"" } ?? "" }
}

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
