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
@inlinable
public func spawn<Success: Sendable, Failure: Error>(
  name: String? = nil,
  stackSize: Int? = nil,
  _ body: @escaping @Sendable () throws(Failure) -> Success
) throws(ThreadError) -> ThreadHandle<Success, Failure> {
  ThreadHandle(
    try ThreadLife(name: name, stackSize: stackSize) {
      do throws(Failure) {
        return ThreadResult<Success, Failure>(.success(try body()))
      } catch {
        return ThreadResult<Success, Failure>(.failure(error))
      }
    }
  )
}
