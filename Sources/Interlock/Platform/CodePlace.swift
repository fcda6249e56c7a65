/// A place in the source code of a program.
///
/// Reports name with it where a thread acquired a lock, and where it waits for one. What is known
/// depends on what the program was built with: without debug information there is the function only.
///
///     print(place)  // move(_:) at Bank.swift:12
public struct CodePlace: Hashable, Sendable {
  /// The function, as its author wrote it; empty if it is not known.
  public let function: String
  /// The path of the source file, as the compiler was given it; `nil` if it is not known.
  public let file: String?
  /// The line in the file, from 1; `nil` if it is not known.
  public let line: Int?

  package init(function: String, file: String?, line: Int?) {
    self.function = function
    self.file = file
    self.line = line
  }
}

extension CodePlace: CustomStringConvertible {
  /// The function that the place is in, and the name of the file with the line, as in
  /// `move(_:) at Bank.swift:12`.
  public var description: String {
    let function = outerFunction
    guard let name = file?.split(separator: "/").last else { return String(function) }
    return (function.isEmpty ? "" : "\(function) at ") + name + (line.map { ":\($0)" } ?? "")
  }

  /// The function without the closures in it: the line says where in it the place is.
  private var outerFunction: Substring {
    var name = Substring(function)
    // The compiler's word for a copy of a generic function.
    if name.hasPrefix(Self.copy) { name = name.dropFirst(Self.copy.count) }
    while name.hasPrefix("closure #"), let end = name.firstRange(of: " in ") {
      name = name[end.upperBound...]
    }
    return name
  }

  private static let copy = "specialized "
}
