/// How values are written for another process of the same build.
///
/// Each value begins with a tag. Numbers are little-endian. Containers hold values until an `end`; in
/// keyed ones each value follows its key, which is written in full where it comes first and as a
/// number after that. So every value can be passed over without knowing its type, keys can be looked
/// for, and nothing is believed that was not checked: sizes against what is left, types against what is
/// asked for, depths against a limit.
enum Wire {
  /// Raised with every change of the format: two builds never misread each other.
  static let version: UInt8 = 1

  /// How deep values may be nested: decoding takes stack for each level.
  static let depthLimit = 256

  enum Tag: UInt8 {
    case `nil`, `false`, `true`
    /// Eight bytes.
    case signed, unsigned
    /// Sixteen bytes.
    case signedWide, unsignedWide
    /// Four and eight bytes.
    case float, double
    /// A count of bytes, and as many.
    case string
    /// A size, a count, and as many elements of that size. A single one has the count 1.
    case raw
    /// Entries of a key and a value, and an end.
    case keyed
    /// Values, and an end.
    case unkeyed
    case end
    /// In front of a value in a keyed container: the key, for the first time; or which of the keys so far.
    case newKey, oldKey
  }
}
