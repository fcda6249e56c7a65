/// A closure as its two words: code, and what it captures.
///
/// A closure takes and returns what is generic in its type by address, so whoever calls it must see it
/// with as much of that as whoever made it: hence one type for functions and one for actions.
struct ClosureWords {
  var code: UInt
  var captures: UInt

  /// What tells the closure from all others of its type; `nil` if that is more than its code.
  var key: UInt? { captures == 0 ? code : nil }

  /// Where the code is, for another process.
  ///
  /// - Throws: ``MessageError`` if it is no literal that captures nothing, in words that say what to
  ///   write instead.
  func reference(writtenAt place: FunctionPlace) throws(MessageError) -> CodeReference {
    // A literal at the top level could read variables that a worker does not have, capturing nothing.
    guard !place.file.hasSuffix("/main.swift") else {
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
    guard let reference = CodeReference(code) else {
      throw MessageError(
        """
        the closure is in a library, not in the executable: conform a type to ProcessTask instead
        """
      )
    }
    return reference
  }

  init(code: UInt) {
    self.code = code
    captures = 0
  }
}

/// A closure from an input to an output.
///
/// The closure is a property, so that its words are looked at as they are: a function that is handed to
/// generic code is wrapped first, and the wrapper captures it.
struct LiteralFunction<Input, Output> {
  let closure: @Sendable (Input) throws -> Output

  /// Its two words.
  var words: ClosureWords {
    // SAFETY: a Swift closure is two words, and one that captures nothing has 0 for the second.
    unsafe unsafeBitCast(self, to: ClosureWords.self)
  }

  /// The closure whose code is at `place`.
  static func at(_ place: CodeReference) throws(MessageError) -> LiteralFunction {
    // SAFETY: as above; the place is from a process of the same build, where it was the code of a
    // closure of the same type.
    unsafe unsafeBitCast(ClosureWords(code: try place.address), to: LiteralFunction.self)
  }
}

/// A closure from an input to nothing.
struct LiteralAction<Input> {
  let closure: @Sendable (Input) throws -> Void

  /// Its two words.
  var words: ClosureWords {
    // SAFETY: as for functions.
    unsafe unsafeBitCast(self, to: ClosureWords.self)
  }

  /// The closure whose code is at `place`.
  static func at(_ place: CodeReference) throws(MessageError) -> LiteralAction {
    // SAFETY: as for functions.
    unsafe unsafeBitCast(ClosureWords(code: try place.address), to: LiteralAction.self)
  }
}
