import CInterlock
@_spi(Reflection) import Swift

/// How values of a type are written.
enum TypeForm {
  /// A number.
  case number
  /// A struct of numbers and nothing else: its bytes are its value, and all bytes are values.
  ///
  /// It is copied even if it is coded in a way of its own: both ends are the same program, so the copy
  /// is the very value.
  ///
  /// Other trivial types, such as enums and `Bool`, have bytes that are no value: those are written
  /// piece by piece, and checked.
  case raw
  /// An array, whose elements may be raw.
  case array
  case string
  /// Anything else, which says itself how it is coded.
  case other

  private static let known = Guarded<[ObjectIdentifier: TypeForm]>([:])

  private static let numbers: [Any.Type] = [
    Int.self, Int8.self, Int16.self, Int32.self, Int64.self, Int128.self,
    UInt.self, UInt8.self, UInt16.self, UInt32.self, UInt64.self, UInt128.self,
    Float.self, Double.self,
  ]

  /// The form of `type`, found out once.
  init<Value>(of type: Value.Type) {
    let identifier = ObjectIdentifier(type)
    if let form = Self.known.withLock({ $0[identifier] }) {
      self = form
      return
    }
    let form = Self.find(type)
    Self.known.withLock { $0[identifier] = form }
    self = form
  }

  /// Whether the bytes of `type` are its values.
  var isRaw: Bool { self == .raw || self == .number }

  private static func find<Value>(_ type: Value.Type) -> TypeForm {
    if numbers.contains(where: { $0 == type }) { return .number }
    if type == String.self { return .string }
    if type is any RawArray.Type { return .array }
    let isRaw = _isPOD(type) && MemoryLayout<Value>.size > 0 && hasOnlyNumbers(type)
    return isRaw ? .raw : .other
  }

  private static func isMask<Vector: SIMD>(_ type: Vector.Type) -> Bool {
    Vector.Scalar.self == Bool.self
  }

  private static func isStruct(_ type: Any.Type) -> Bool {
    // SAFETY: metadata of every type begins with its kind; that is part of the stable ABI.
    unsafe unsafeBitCast(type, to: UnsafePointer<UInt>.self).pointee == 0x200
  }

  private static func hasOnlyNumbers(_ type: Any.Type) -> Bool {
    if numbers.contains(where: { $0 == type }) { return true }
    // Lanes of masks are all ones or all zeroes.
    if let vector = type as? any SIMD.Type { return !isMask(vector) }
    // Two bounds in the wrong order are no range.
    if type is any RangeExpression.Type { return false }
    // An enum has fields, too: those of its cases.
    guard isStruct(type) else { return false }
    var fields = 0
    let areAllNumbers = unsafe _forEachField(of: type, options: []) { _, _, field, _ in
      fields += 1
      return hasOnlyNumbers(field)
    }
    return areAllNumbers && fields > 0
  }
}

private enum LargeArray {
  /// From how many bytes on most of the time goes into getting the pages from the system.
  static let threshold = 8 << 20
}

/// Arrays, whatever their elements are.
protocol RawArray {
  /// Writes all elements at once, if their bytes are their values.
  func writeRaw(to writer: inout WireWriter) -> Bool
  /// Reads all elements at once, if their bytes are their values.
  static func readRaw(from reader: inout WireReader) throws(MessageError) -> Self?
}

extension Array: RawArray {
  func writeRaw(to writer: inout WireWriter) -> Bool {
    guard TypeForm(of: Element.self).isRaw else { return false }
    unsafe withUnsafeBytes { bytes in
      unsafe writer.writeRaw(bytes, stride: MemoryLayout<Element>.stride)
    }
    return true
  }

  static func readRaw(from reader: inout WireReader) throws(MessageError) -> [Element]? {
    TypeForm(of: Element.self).isRaw ? try [Element](raw: &reader) : nil
  }

  /// Reads elements whose bytes are their values.
  init(raw reader: inout WireReader) throws(MessageError) {
    let bytes = unsafe try reader.readRaw(stride: MemoryLayout<Element>.stride, as: Self.self)
    let count = bytes.count / MemoryLayout<Element>.stride
    // An array made with room for none would write to the one empty array that all threads share.
    if count == 0 {
      self = []
      return
    }
    unsafe self.init(unsafeUninitializedCapacity: count) { buffer, initialized in
      if bytes.count >= LargeArray.threshold {
        unsafe interlock_memory_prefer_huge_pages(buffer.baseAddress, bytes.count)
      }
      unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
      initialized = count
    }
  }
}
