import Glibc
import InterlockChecker

/// Ways in which the body of a thread fails.
enum Failure: String, CaseIterable, Codable, Sendable {
  case fatalError, precondition, overflow, emptyOptional, index, badAccess, abort
  case stackOverflow, overlap

  /// Those about which the runtime has nothing to say.
  static let silent: [Failure] = [.badAccess, .abort, .stackOverflow]

  /// The signals that may tell of it, by what they are taken for.
  func isCause(_ cause: Crash.Cause) -> Bool {
    switch self {
    case .fatalError, .precondition, .overflow, .emptyOptional, .index: cause == .trap
    case .badAccess: cause == .badAccess(address: 8)
    case .abort, .overlap: cause == .abort
    case .stackOverflow: cause == .stackOverflow
    }
  }

  /// What the runtime says of it, in every build; `nil` if that is nothing.
  var message: String? {
    switch self {
    case .fatalError: "no more trains"
    case .overlap: "Fatal access conflict detected"
    default: nil
    }
  }

  /// Fails.
  @inline(never)
  func happen() {
    switch self {
    case .fatalError: Swift.fatalError("no more trains")
    case .precondition: Swift.precondition(one == 0, "one is not zero")
    case .overflow: sink(Int.max - 1 + one + one)
    case .emptyOptional:
      let nothing: Int? = one == 0 ? 1 : nil
      // swift-format-ignore: NeverForceUnwrap
      sink(nothing!)
    case .index: sink([7][one])
    case .badAccess: sink(unsafe UnsafePointer<Int>(bitPattern: 8 * one)?.pointee ?? 0)
    case .abort: Glibc.abort()
    case .stackOverflow: sink(endless(one))
    case .overlap:
      let cell = Cell()
      cell.modify { cell.number += 1 }
    }
  }
}

/// A variable in an object: the runtime watches accesses to it.
final class Cell {
  var number = 0

  @inline(never)
  func modify(_ body: () -> Void) { modify(&number, body) }

  @inline(never)
  private func modify(_ number: inout Int, _ body: () -> Void) {
    number += 1
    body()
    number += 1
  }
}

/// One, which compilers do not know.
private var one: Int { getpid() > 0 ? 1 : 0 }

@inline(never)
private func sink(_ number: Int) {
  if number == Int.min { print(number) }
}

@inline(never)
private func endless(_ depth: Int) -> Int {
  var frame = (depth, depth, depth, depth)
  unsafe withUnsafeMutablePointer(to: &frame) { unsafe $0.pointee.0 += one }
  return depth == Int.min ? 0 : endless(depth + 1) + frame.0
}
