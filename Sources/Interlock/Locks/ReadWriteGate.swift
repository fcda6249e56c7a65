/// Lets readers in together and writers alone; a ``ReadWriteLock`` without its value.
final class ReadWriteGate: Sendable {
  let name: String?
  private let rules: Guarded<ReadWriteRules>

  init(preference: ReadWritePreference, name: String?) {
    self.name = name
    rules = Guarded(ReadWriteRules(preference: preference))
  }

  deinit {
    if Seam.isWatched { LockWatch.shared.forget(subject) }
  }

  func enter(_ role: ReadWriteRules.Role, until deadline: Deadline?) -> Bool {
    Seam.attempt(role == .reader ? .acquireShared : .acquire, on: subject) {
      rules.wait(
        for: Operation(role == .reader ? .acquireShared : .acquire, subject),
        until: deadline,
        heldBy: self,
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

  private var subject: Subject { Subject("ReadWriteLock", self, exclusion: .shared) }
  private var quotedName: String { name.map { " \"\($0)\"" } ?? "" }
}

extension ReadWriteGate: HeldByThreads {
  package func holdingThreads(against waiter: ThreadRecord) -> [ThreadRecord] {
    rules.withLock { $0.obstacles(of: waiter) }
  }
}

extension ReadWriteGate: Named {
  var nameForReports: String? { name }
}
