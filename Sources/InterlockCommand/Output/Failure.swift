/// Why a command fails, as its user reads it on standard error; the exit status is 1.
struct Failure: Error, CustomStringConvertible {
  let description: String

  /// A failure for this reason, which names the file if there is one.
  init(_ description: String) {
    self.description = description
  }
}
