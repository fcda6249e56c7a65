/// A closure as its two words: code, and what it captures.
///
/// A closure literal whose type has generic parameters in it takes and returns them by address, and
/// whoever calls it must see it with as many of them as whoever made it: hence one type for functions
/// and one for actions.
struct ClosureWords {
  var code: UInt
  var captures: UInt

  /// What tells the closure from all others of its type; `nil` if that is more than its code.
  var key: UInt? { captures == 0 ? code : nil }

  /// Where the code is, for another process.
  ///
  /// - Throws: ``MessageError`` if it is no literal that captures nothing, in words that say what to
  ///   write instead.
  func place(file: StaticString) throws(MessageError) -> CodeReference {
    // A literal at the top level could read variables that a worker does not have, capturing nothing.
    guard !"\(file)".hasSuffix("/main.swift") else {
      throw MessageError(
        """
        a closure in main.swift cannot run in a worker process, where the variables of that file have \
        no value: move the call into a function in another file, or use @main
        """
      )
    }
    guard captures == 0 else {
      throw MessageError(
        """
        only a closure literal that captures nothing can run in a worker process: write \
        `{ work($0) }` where the pool is called, not the name of a function or variable, and give it \
        all that it needs as input; or conform a type to ProcessTask
        """
      )
    }
    guard let place = CodeReference(code) else {
      throw MessageError(
        """
        the closure is in a library, not in the executable: conform a type to ProcessTask instead
        """
      )
    }
    return place
  }

  init(code: UInt) {
    self.code = code
    captures = 0
  }
}

/// A function from an input to an output.
enum LiteralFunction<Input, Output> {
  typealias Closure = @Sendable (Input) throws -> Output

  static func words(of closure: @escaping Closure) -> ClosureWords {
    // SAFETY: a Swift closure is two words, and one that captures nothing has 0 for the second.
    unsafe unsafeBitCast(closure, to: ClosureWords.self)
  }

  /// The closure whose code is at `place`.
  static func closure(at place: CodeReference) throws(MessageError) -> Closure {
    // SAFETY: as above; the place is from a process of the same build, where it was the code of a
    // closure of the same type.
    unsafe unsafeBitCast(ClosureWords(code: try place.address), to: Closure.self)
  }
}

/// A function from an input to nothing.
enum LiteralAction<Input> {
  typealias Closure = @Sendable (Input) throws -> Void

  static func words(of closure: @escaping Closure) -> ClosureWords {
    // SAFETY: as for functions.
    unsafe unsafeBitCast(closure, to: ClosureWords.self)
  }

  /// The closure whose code is at `place`.
  static func closure(at place: CodeReference) throws(MessageError) -> Closure {
    // SAFETY: as for functions.
    unsafe unsafeBitCast(ClosureWords(code: try place.address), to: Closure.self)
  }
}
