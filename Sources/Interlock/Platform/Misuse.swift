/// Ends the program because its code, not the world, is wrong.
///
/// The message is printed in debug and in release builds. It says what was called, what would have
/// happened, and what to write instead. In a world that is ending the code is wrong because nobody keeps
/// to the rules any more: that ends the thread only.
@inline(never)
package func misuse(_ message: String) -> Never {
  if Seam.isEnding { Seam.world.leaveForGood() }
  fatalError("BUG: \(message)")
}
