/// Where a folder is: its name, and where its parent is.
///
/// Paths of deep folders share what they have in common, and are written out only for reports.
package final class FolderPath: Sendable {
  private let name: [CChar]
  private let parent: FolderPath?

  /// `name` has a zero at its end.
  init(_ name: [CChar], in parent: FolderPath? = nil) {
    self.name = name
    self.parent = parent
  }

  /// The path of what is called `name` in this folder.
  func appending(_ name: [CChar]) -> String {
    var names = [name]
    var folder: FolderPath? = self
    while let current = folder {
      names.append(current.name)
      folder = current.parent
    }
    var bytes: [UInt8] = []
    for name in names.reversed() {
      if let last = bytes.last, last != UInt8(ascii: "/") { bytes.append(UInt8(ascii: "/")) }
      bytes += name.dropLast().map { UInt8(bitPattern: $0) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The whole path, as far as it is text.
  package var description: String { parent?.appending(name) ?? Self.text(name) }

  /// A name without its zero, as far as it is text.
  static func text(_ name: [CChar]) -> String {
    String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether `name` is one of the two names that every folder has for itself and its parent.
  static func isDots(_ name: [CChar]) -> Bool {
    let dot = CChar(bitPattern: UInt8(ascii: "."))
    return name == [dot, 0] || name == [dot, dot, 0]
  }
}
