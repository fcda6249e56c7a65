import Interlock

/// How long tests wait for what must happen: never exceeded unless something hangs.
let patience: Duration = .seconds(60)

/// Something that must happen did not.
struct Stuck: Error {}

/// Runs `body` on a thread of its own.
///
/// - Returns: What `body` returns.
/// - Throws: What `body` throws, or ``Stuck`` instead of hanging.
func withinPatience<Result: Sendable>(
  _ body: @escaping @Sendable () throws -> Result
) throws
  -> Result
{
  let thread = try spawn { () throws(any Error) in try body() }
  guard let result = try thread.join(for: patience) else { throw Stuck() }
  return result
}
