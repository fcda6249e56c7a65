import CInterlock

/// A function as one process of a program tells it to another.
///
/// Both are the same executable, so a place in its file means the same to both. That they are is
/// checked: the place comes with the build identifier of the file.
enum FunctionReference: Codable, Hashable, Sendable {
  /// A type that conforms to `ProcessTask`.
  case task(TypeReference)
  /// The code of a closure literal without captures, and its types.
  case literal(CodeReference, input: TypeReference, output: TypeReference)
  /// The code of one that returns nothing.
  case action(CodeReference, input: TypeReference)
}

/// A place in the executable.
struct CodeReference: Codable, Hashable, Sendable {
  /// How far it is from where the file is mapped.
  let offset: UInt
  /// The build of the file.
  let build: [UInt8]
}

/// A type as one process tells it to another.
indirect enum TypeReference: Codable, Hashable, Sendable {
  /// Its mangled name.
  case named(String)
  /// Where its description is: for types that are private or local, whose names are no use.
  case described(CodeReference)
  // Those that are made of such types.
  case array(of: TypeReference)
  case optional(of: TypeReference)
  case set(of: TypeReference)
  case dictionary(key: TypeReference, value: TypeReference)
}

extension CodeReference {
  /// The build of the executable, which does not change while it runs.
  private static let main = Image(interlock_main_image())

  private struct Image: Sendable {
    let bias: UInt
    let build: [UInt8]

    init(_ image: interlock_image) {
      bias = image.bias
      build = unsafe withUnsafeBytes(of: image.build_identifier) { bytes in
        unsafe Array(bytes.prefix(Int(image.build_identifier_size)))
      }
    }
  }

  /// The place at `address`; `nil` if that is not in the executable, or if it has no build identifier.
  init?(_ address: UInt) {
    var image = interlock_image()
    guard
      unsafe interlock_image_of(UnsafeRawPointer(bitPattern: address), &image),
      image.is_main, image.build_identifier_size > 0
    else { return nil }
    offset = address - Self.main.bias
    build = Self.main.build
  }

  /// Where the place is in this process.
  var address: UInt {
    get throws(MessageError) {
      let address = Self.main.bias &+ offset
      var image = interlock_image()
      // Nobody may be led to a place outside the file.
      guard build == Self.main.build, !build.isEmpty,
        unsafe interlock_image_of(UnsafeRawPointer(bitPattern: address), &image), image.is_main
      else {
        throw MessageError("the function is from another build of the program")
      }
      return address
    }
  }
}
