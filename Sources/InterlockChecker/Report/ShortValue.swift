/// A value that is written into a step, where there is room for a few characters.
enum ShortValue {
  private static let greatestLength = 12

  /// The value as text; `nil` if it is none of those that are short.
  ///
  /// Those are numbers, Booleans and strings; the descriptions of other types are foreign code, which might
  /// wait for something.
  static func text(of value: Any) -> String? {
    switch value {
    case let number as any BinaryInteger: clipped("\(number)")
    case let flag as Bool: "\(flag)"
    case let text as String: "\"\(clipped(text))\""
    default: nil
    }
  }

  /// The beginning of a text, on one line.
  private static func clipped(_ text: String) -> String {
    let line = String(text.prefix { !$0.isNewline })
    guard line.count > greatestLength || line.count < text.count else { return text }
    return line.prefix(greatestLength - 1) + "…"
  }
}
