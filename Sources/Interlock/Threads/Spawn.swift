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
        let result: Result<Success, Failure>
        do throws(Failure) {
          result = .success(try job.run())
        } catch {
          result = .failure(error)
        }
        // Whoever joins finds everything gone that belonged to the thread.
        handle.record.leave()
        handle.finish(result)
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
private final class ThreadJob<Success: Sendable, Failure: Error>: Sendable {
  private let body: Guarded<(@Sendable () throws(Failure) -> Success)?>

  init(_ body: @escaping @Sendable () throws(Failure) -> Success) {
    self.body = Guarded(body, isQuiet: true)
  }

  func run() throws(Failure) -> Success {
    guard let body = body.withLock({ $0.take() }) else { fatalError("a thread runs its body once") }
    return try body()
  }
}
