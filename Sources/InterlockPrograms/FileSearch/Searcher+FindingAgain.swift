import CInterlockKernels
import Glibc

// Finding folders again that were closed for lack of descriptors.
extension Searcher {
  /// The descriptor of a folder on which the caller has a claim.
  func descriptor(of folder: SearchFolder) throws(SystemError) -> Int32 {
    if let descriptor = folder.descriptor { return descriptor }
    if let inHand, inHand.folder === folder { return inHand.descriptor }
    return try findAgain(folder)
  }

  /// Opens a closed folder by its path, from the nearest folder above it that is open.
  ///
  /// On the way it opens others above it that will be needed, as many as the budget gives: whoever
  /// climbs out of a deep tree does not go down all the way for each of its levels.
  private func findAgain(_ folder: SearchFolder) throws(SystemError) -> Int32 {
    hold(nil)
    var way: [SearchFolder] = []
    var place = Place(folder: nil, descriptor: AT_FDCWD)
    var next: SearchFolder? = folder
    while let above = next {
      if let descriptor = above.claimIfOpen() {
        place = Place(folder: above, descriptor: descriptor)
        break
      }
      way.append(above)
      next = above.parent
    }
    defer { place.leave() }

    // The nearest first, and so the last is the one that comes first on the way down.
    var stops = Array(way.dropFirst().lazy.filter(\.isMissed).prefix(job.budget.reserve))
    var piece: [UInt8] = []
    for step in way.reversed() {
      if !piece.isEmpty, piece.count + 1 + step.name.count > Int(PATH_MAX) {
        place.move(to: Place(folder: nil, descriptor: try Self.open(piece, from: place)))
        piece.removeAll(keepingCapacity: true)
      }
      if !piece.isEmpty, piece.last != SearchFolder.slash { piece.append(SearchFolder.slash) }
      piece += step.name[..<(step.name.endIndex - 1)]
      let isStop = step === stops.last
      guard isStop || step === folder else { continue }
      if isStop { stops.removeLast() }
      let descriptor = try Self.open(piece, from: place)
      piece.removeAll(keepingCapacity: true)
      let isTheSame = (try? FolderIdentity(of: descriptor)) == step.identity
      guard isTheSame, step.identity != nil else {
        close(descriptor)
        throw SystemError(ESTALE)
      }
      let isKept = job.budget.takeReserve()
      if isKept, step.install(descriptor) {
        place.move(to: Place(folder: step, descriptor: descriptor))
      } else {
        if isKept { job.budget.give() }
        place.move(to: Place(folder: nil, descriptor: descriptor))
      }
    }
    guard place.folder == nil else { return place.descriptor }
    defer { place.descriptor = AT_FDCWD }
    hold(FolderInHand(folder: folder, descriptor: place.descriptor))
    return place.descriptor
  }

  /// Where the way down has arrived.
  private struct Place {
    /// Whose descriptor it is, with a claim on it; `nil` if it belongs to nobody else.
    var folder: SearchFolder?
    var descriptor: Int32

    mutating func move(to next: Place) {
      leave()
      self = next
    }

    func leave() {
      if let folder {
        folder.release()
      } else if descriptor != AT_FDCWD {
        close(descriptor)
      }
    }
  }

  /// Opens a part of a way.
  ///
  /// No link at its end is followed; that none was on the way is clear when the folder at its end
  /// turns out to be the same.
  private static func open(_ piece: [UInt8], from place: Place) throws(SystemError) -> Int32 {
    let path = piece + [0]
    return try SystemError.check {
      unsafe path.withUnsafeBytes { path in
        guard let path = path.baseAddress else { return -1 }
        return unsafe interlock_open_place(
          place.descriptor,
          path.assumingMemoryBound(to: CChar.self)
        )
      }
    }
  }
}
