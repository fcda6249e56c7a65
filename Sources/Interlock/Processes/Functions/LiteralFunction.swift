/// A closure as its two words: code, and what it captures.
struct LiteralFunction<Input, Output> {
  typealias Closure = @Sendable (Input) throws -> Output

  private struct Words {
    var code: UInt
    var captures: UInt
  }

  /// Where the code of `closure` is.
  ///
  /// - Throws: ``MessageError`` if it is no literal that captures nothing, in words that say what to
  ///   write instead.
  static func code(
    of closure: @escaping Closure,
    file: StaticString
  ) throws(MessageError) -> CodeReference {
    // A literal at the top level could read variables that a worker does not have, capturing nothing.
    guard !"\(file)".hasSuffix("/main.swift") else {
      throw MessageError(
        """
        a closure in main.swift cannot run in a worker process, where the variables of that file have \
        no value: move the call into a function in another file, or use @main
        """
      )
    }
    // SAFETY: a Swift closure is two words, and one that captures nothing has 0 for the second.
    let words = unsafe unsafeBitCast(closure, to: Words.self)
    guard words.captures == 0 else {
      throw MessageError(
        """
        only a closure literal that captures nothing can run in a worker process: write \
        `{ work($0) }` where the pool is called, not the name of a function or variable, and give it \
        all that it needs as input; or conform a type to ProcessTask
        """
      )
    }
    guard let place = CodeReference(words.code) else {
      throw MessageError(
        """
        the closure is in a library, not in the executable: conform a type to ProcessTask instead
        """
      )
    }
    return place
  }

  /// The closure whose code is at `place`.
  static func closure(at place: CodeReference) throws(MessageError) -> Closure {
    let words = Words(code: try place.address, captures: 0)
    // SAFETY: as above; the place is from a process of the same build, where it was the code of a
    // closure of the same type.
    return unsafe unsafeBitCast(words, to: Closure.self)
  }
}
