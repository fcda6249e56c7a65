import CInterlock

/// The one way from the toolkit to the world.
///
/// Fast paths ask ``isWatched`` first, a load and a branch that is never taken in the real world;
/// everything slower than that asks ``world``.
@usableFromInline
package enum Seam {
  /// Whether a thread of this process may live in a world that watches.
  @inlinable @inline(__always)
  static var isWatched: Bool { interlock_is_watched() }

  /// The world of the calling thread.
  package static var world: any World {
    watchingWorld ?? RealWorld.shared
  }

  /// The world of the calling thread unless it is the real one.
  package static var watchingWorld: (any World)? {
    guard isWatched else { return nil }
    return unsafe watchingBinding?.takeUnretainedValue().world
  }

  /// What binds the calling thread to a world that is not the real one.
  private static var watchingBinding: Unmanaged<WorldBinding>? {
    // SAFETY: `bind` stored a binding there that whoever called it keeps alive.
    unsafe interlock_thread_world().map { unsafe Unmanaged.fromOpaque($0) }
  }

  /// Whether the calling thread lives in a world that is ending; see ``World/isEnding``.
  static var isEnding: Bool {
    // SAFETY: see `watchingBinding`.
    unsafe isWatched && watchingBinding?._withUnsafeGuaranteedRef { $0.world.isEnding } ?? false
  }

  /// Runs `body`, which says whether it succeeded, as one operation of the calling thread's world.
  package static func attempt(
    _ kind: Operation.Kind,
    on subject: @autoclosure () -> Subject,
    mayGiveUp: Bool = false,
    _ body: () -> Bool
  ) -> Bool {
    guard isWatched else { return body() }
    guard let binding = unsafe watchingBinding else {
      return LockWatch.shared.isOn ? LockWatch.shared.watch(kind, subject(), body) : body()
    }
    let operation = Operation(kind, subject(), mayGiveUp: mayGiveUp)
    // SAFETY: see `watchingBinding`. References are not counted, which would be most of what this costs.
    unsafe binding._withUnsafeGuaranteedRef { $0.world.begin(operation) }
    let succeeded = body()
    unsafe binding._withUnsafeGuaranteedRef { $0.world.end(operation, succeeded: succeeded) }
    return succeeded
  }

  /// Runs `body`, which cannot fail, as one operation of the calling thread's world.
  package static func perform(
    _ kind: Operation.Kind,
    on subject: @autoclosure () -> Subject,
    _ body: () -> Void
  ) {
    _ = attempt(kind, on: subject()) {
      body()
      return true
    }
  }

  /// Runs code of the toolkit's user in the middle of an operation: that is not part of the toolkit.
  static func runForeign<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let world = watchingWorld else { return try body() }
    world.beginForeign()
    defer { world.endForeign() }
    return try body()
  }

  /// Says which value the operation that is being done puts, or has got, if somebody writes that down.
  static func note<Value>(_ value: @autoclosure () -> Value, isResult: Bool = false) {
    guard let world = watchingWorld, world.takesNotes else { return }
    world.note(value(), isResult: isResult)
  }

  /// Runs `body`, which asks the thing how it is, as one operation of the calling thread's world.
  static func look<Answer>(
    at subject: @autoclosure () -> Subject,
    as kind: Operation.Kind = .look,
    _ body: () -> Answer
  ) -> Answer {
    guard isWatched, unsafe watchingBinding != nil else { return body() }
    var answers: [Answer] = []
    perform(kind, on: subject()) { answers.append(body()) }
    return answers[0]
  }
}

// Which world a thread lives in.
extension Seam {
  /// Makes the calling thread live in a world, or in the real one again.
  ///
  /// The caller keeps `binding` alive until the thread is bound otherwise or ends.
  package static func bind(_ binding: WorldBinding?) {
    var thread = unsafe interlock_get_current_thread()
    unsafe thread.world = binding.map { unsafe Unmanaged.passUnretained($0).toOpaque() }
    unsafe interlock_set_current_thread(thread)
  }

  /// Runs `body` as a thread of another world, on the calling thread of the system.
  ///
  /// While it runs the calling thread is `thread` and nobody else.
  package static func run(
    _ thread: ThreadRecord,
    in binding: WorldBinding,
    _ body: () -> Void
  ) {
    let outside = unsafe interlock_get_current_thread()
    // SAFETY: both are alive while this runs, and nobody is this thread afterwards.
    unsafe interlock_set_current_thread(
      interlock_thread(
        number: thread.number,
        record: Unmanaged.passUnretained(thread).toOpaque(),
        world: Unmanaged.passUnretained(binding).toOpaque(),
        touches_unseen: false
      )
    )
    thread.enter()
    body()
    thread.leave()
    unsafe interlock_set_current_thread(outside)
  }

  /// Runs `body` in another world, on the calling thread, which stays who it is.
  package static func visit(_ binding: WorldBinding, _ body: () -> Void) {
    let outside = unsafe interlock_get_current_thread()
    bind(binding)
    body()
    unsafe interlock_set_current_thread(outside)
  }

  /// Somebody watches: every operation of the process asks who.
  static func announceWorld() { interlock_change_world_count(1) }
  /// Whoever was announced is gone.
  static func dismissWorld() { interlock_change_world_count(-1) }
}

// Shared words. The callers have looked at `isWatched`.
extension Seam {
  /// Whether the calling thread's world need not know for now which words the thread touches.
  package static var touchesUnseen: Bool {
    get { interlock_touches_unseen() }
    set { interlock_touch_unseen(newValue) }
  }

  @usableFromInline
  package static func willAccess(
    _ kind: WordAccess.Kind,
    _ address: UnsafeRawPointer?,
    _ ordering: Int32
  ) {
    guard !touchesUnseen, let binding = unsafe watchingBinding else { return }
    let access = WordAccess(kind, address: UInt(bitPattern: address), ordering: ordering)
    // SAFETY: see `watchingBinding`.
    unsafe binding._withUnsafeGuaranteedRef { $0.world.willAccess(access) }
  }

  @usableFromInline
  package static func didAccess(
    _ kind: WordAccess.Kind,
    _ address: UnsafeRawPointer?,
    _ ordering: Int32,
    read: UInt128? = nil,
    written: UInt128? = nil
  ) {
    guard !touchesUnseen, let binding = unsafe watchingBinding else { return }
    let access = WordAccess(kind, address: UInt(bitPattern: address), ordering: ordering)
    // SAFETY: see `watchingBinding`.
    unsafe binding._withUnsafeGuaranteedRef {
      $0.world.didAccess(access, read: read, written: written)
    }
  }
}
