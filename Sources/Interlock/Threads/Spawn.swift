/// Starts a thread.
///
/// It is a thread of the system, with a stack of its own: it may block without holding up anybody
/// else. There is no pool behind it.
///
///     let counter = try spawn(name: "counter") { countWords(in: book) }
///     let words = counter.join()
///
/// - Parameters:
///   - name: What to call the thread; the system, debuggers and reports show it. The system keeps
///     15 bytes.
///   - stackSize: Bytes of stack, rounded up to what the system allows; its default is usually
///     8 MiB. Only what is used takes memory.
///   - body: What the thread does.
/// - Returns: A handle to join the thread with.
/// - Throws: ``ThreadError`` if the system gives the process no other thread.
@discardableResult
public func spawn<Success: Sendable, Failure: Error>(
  name: String? = nil,
  stackSize: Int? = nil,
  _ body: @escaping @Sendable () throws(Failure) -> Success
) throws(ThreadError) -> ThreadHandle<Success, Failure> {
  let world = Seam.world
  let handle = ThreadHandle<Success, Failure>(record: ThreadRecord(name: name, in: world.registry))
  let job = ThreadJob(body)
  var failure: ThreadError?
  _ = Seam.attempt(.start, on: handle.subject) {
    do throws(ThreadError) {
      try world.start(handle.record, stackSize: stackSize) {
        let ending = job.run()
        // Whoever joins finds everything gone that belonged to the thread.
        handle.record.leave()
        handle.finish(ending)
      }
      return true
    } catch {
      failure = error
      return false
    }
  }
  if let failure { throw failure }
  return handle
}

/// The body of a thread, which goes away, with all that it has captured, when it has run.
private final class ThreadJob<Success: Sendable, Failure: Error>: @unchecked Sendable {
  // SAFETY: `spawn` sets it before the thread begins; then only the thread touches it.
  nonisolated(unsafe) private var body: (@Sendable () throws(Failure) -> Success)?

  init(_ body: @escaping @Sendable () throws(Failure) -> Success) {
    unsafe self.body = body
  }

  func run() -> ThreadResult<Success, Failure> {
    guard let body = unsafe body.take() else { fatalError("a thread runs its body once") }
    do throws(Failure) {
      return ThreadResult(.success(try body()))
    } catch {
      return ThreadResult(.failure(error))
    }
  }
}
