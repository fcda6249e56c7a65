import InterlockChecker
import Testing

/// A body whose threads use plain variables.
struct VariableProgram: Sendable, CustomTestStringConvertible {
  let name: String
  let body: @Sendable () throws -> Void

  init(_ name: String, _ body: @escaping @Sendable () throws -> Void) {
    self.name = name
    self.body = body
  }

  var testDescription: String { name }

  /// What is found in it.
  func counterexample(_ exploration: Exploration = Exploration()) -> Counterexample? {
    do throws(Counterexample) {
      try exploration.run(body)
      return nil
    } catch {
      return error
    }
  }
}

/// Something with variables, and nothing that orders who uses them.
final class Counter: @unchecked Sendable {
  var count = 0
  var isOdd = false
  var isEven = true
  var word = ""
  var list = [1, 2, 3]
  var table = [1: 1]
  lazy var square = count * count
  func increment() { count += 1 }

  /// A class in a class, for any type.
  final class Slot<Value>: @unchecked Sendable {
    var value: Value
    init(_ value: Value) { self.value = value }
  }
}

/// One for all executions.
enum Shared {
  nonisolated(unsafe) static var count = 0
  static let counter = {
    let counter = Counter()
    for _ in 0..<3 { counter.increment() }
    return counter
  }()
}

/// Needs a value: an optimising compiler does not read what nobody needs.
@inline(never) @_optimize(none) func use<Value>(_ value: Value) {}
