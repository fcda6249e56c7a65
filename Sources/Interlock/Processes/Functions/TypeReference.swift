// Types by name where names work, by the place of their description where they do not.
extension TypeReference {
  /// - Throws: ``MessageError`` if another process could not find the type.
  init(_ type: Any.Type) throws(MessageError) {
    // The name of a private type has the address of its context in it, which is no use elsewhere.
    if let name = _mangledTypeName(type), !name.contains("$") {
      self = .named(name)
      return
    }
    self = .described(try Self.description(of: type))
  }

  /// The type in this process.
  var type: Any.Type {
    get throws(MessageError) {
      switch self {
      case .named(let name):
        guard let type = _typeByName(name) else {
          throw MessageError("there is no type \(name) in this process")
        }
        return type
      case .described(let place): return Self.type(describedAt: try place.address)
      }
    }
  }

  // The layouts of metadata and descriptions are part of the stable ABI.
  private enum Layout {
    static let structKind: UInt = 0x200
    static let enumKind: UInt = 0x201
    static let genericFlag: UInt32 = 0x80
    static let accessorOffset = 12
  }

  private static func description(of type: Any.Type) throws(MessageError) -> CodeReference {
    // SAFETY: metadata of every type begins with its kind, and that of structs and enums goes on with
    // a pointer to the description, which begins with flags.
    let metadata = unsafe unsafeBitCast(type, to: UnsafePointer<UInt>.self)
    guard unsafe [Layout.structKind, Layout.enumKind].contains(metadata[0]) else {
      throw MessageError(
        "\(type) is private and no struct or enum: make it internal, so that a worker can find it"
      )
    }
    let address = unsafe metadata[1]
    let flags = unsafe UnsafePointer<UInt32>(bitPattern: address)?.pointee ?? 0
    guard flags & Layout.genericFlag == 0 else {
      throw MessageError(
        "\(type) is private and generic: make it internal, so that a worker can find it"
      )
    }
    guard let place = CodeReference(address) else {
      throw MessageError(
        "\(type) is private in a library, not in the executable: make it internal, so that a worker "
          + "can find it"
      )
    }
    return place
  }

  private static func type(describedAt address: UInt) -> Any.Type {
    // SAFETY: the place is from a process of the same build, where it was a description of a struct or
    // enum without generic parameters. Its accessor is a function of one argument: how complete the
    // metadata must be, 0 for completely.
    typealias Accessor = @convention(c) (UInt) -> UnsafeRawPointer
    let field = unsafe UnsafeRawPointer(bitPattern: address + UInt(Layout.accessorOffset))
      .unsafelyUnwrapped
    let accessor = unsafe field + Int(field.load(as: Int32.self))
    let metadata = unsafe unsafeBitCast(accessor, to: Accessor.self)(0)
    return unsafe unsafeBitCast(metadata, to: Any.Type.self)
  }
}
