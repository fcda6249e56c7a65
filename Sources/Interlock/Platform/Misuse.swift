/// Ends the program because its code, not the world, is wrong.
///
/// The message is printed in debug and in release builds. It says what was called, what would have
/// happened, and what to write instead.
@inline(never)
package func misuse(_ message: String) -> Never {
  fatalError("BUG: \(message)")
}
