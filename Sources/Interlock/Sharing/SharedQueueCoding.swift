/// How the elements of a shared queue become bytes, and elements again.
struct SharedQueueCoding<Element: Codable & Sendable>: Sendable {
  /// Whether the bytes of an element are its value: then all have the same size.
  let isRaw = TypeForm(of: Element.self).isRaw

  /// Writes an element whose bytes are not its value.
  ///
  /// - Throws: ``SharingError`` if it has shared memory in it, and what the element itself throws.
  func encode(_ element: Element) throws -> ValueEncoder {
    let encoder = ValueEncoder()
    try encoder.encode(element)
    guard encoder.descriptors.isEmpty else {
      throw SharingError(
        .notSendable,
        "an element of type \(Element.self) has something shared in it, which only goes to a process as "
          + "part of an input or output; hand it over there, and put its number into the queue"
      )
    }
    return encoder
  }

  /// Reads an element from its bytes.
  func decode(_ bytes: [UInt8]) throws -> Element {
    try unsafe bytes.withUnsafeBytes { bytes in
      if isRaw {
        // SAFETY: the type has only numbers in it, for which all bytes are values.
        return unsafe bytes.loadUnaligned(as: Element.self)
      }
      var reader = unsafe WireReader(bytes)
      return try ValueDecoder.decode(Element.self, from: &reader)
    }
  }

  /// Whether elements are copied as they are, and there is room for one.
  func isQuick(in ring: SharedQueueRing) -> Bool {
    isRaw && SharedQueueRing.granules(for: MemoryLayout<Element>.size) <= ring.count
  }
}

extension SharedQueueRingElement {
  /// Its bytes, for later.
  var bytes: [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      unsafe copyAll(to: UnsafeMutableRawBufferPointer(buffer))
      count = byteCount
    }
  }
}
