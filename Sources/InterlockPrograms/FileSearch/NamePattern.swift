import CInterlockKernels
import Glibc

/// Which names a search finds.
///
/// Names are bytes, whatever encoding they have, and are compared as such: upper case differs from
/// lower case.
public enum NamePattern: Hashable, Sendable {
  /// Names in which this text occurs.
  case containing(String)
  /// This name and no other.
  case exactly(String)
  /// Names that match as in a shell: `*` stands for any bytes, `?` for any one byte, `[a-z]` for one
  /// of these, and a backslash takes their meaning away. A dot at the beginning is nothing special.
  case glob(String)
}

/// Compares names with a pattern.
struct NameMatcher: Sendable {
  private enum Kind {
    case containing
    case exactly
    case glob
  }

  private let kind: Kind
  /// The pattern, with a zero at its end.
  private let pattern: [CChar]

  init(_ pattern: NamePattern) {
    switch pattern {
    case .containing(let text): (kind, self.pattern) = (.containing, Array(text.utf8CString))
    case .exactly(let text): (kind, self.pattern) = (.exactly, Array(text.utf8CString))
    case .glob(let text): (kind, self.pattern) = (.glob, Array(text.utf8CString))
    }
  }

  // SAFETY: `name` has a zero behind its `length` bytes, and the functions read no further.
  @inline(__always)
  func matches(_ name: UnsafePointer<CChar>, length: Int) -> Bool {
    let patternLength = pattern.count - 1
    return switch kind {
    case .containing where length < patternLength: false
    case .containing: unsafe interlock_contains(name, length, pattern, patternLength) != 0
    case .exactly where length != patternLength: false
    case .exactly: unsafe memcmp(name, pattern, length) == 0
    case .glob: unsafe fnmatch(pattern, name, 0) == 0
    }
  }
}
