/// The words of sample texts, common ones more often than rare ones, laid out for fast copying.
struct SampleWords: Sendable {
  /// A word and the space after it, filled up with zeros.
  typealias Letters = SIMD16<UInt8>

  /// Every word as often as it should be drawn.
  let letters: [Letters]
  /// How long each of them is, with its space.
  let lengths: [Int]

  init() {
    var letters: [Letters] = []
    var lengths: [Int] = []
    for (rank, word) in Self.byFrequency.split(whereSeparator: \.isWhitespace).enumerated() {
      var bytes = Letters()
      for (place, byte) in word.utf8.enumerated() { bytes[place] = byte }
      bytes[word.utf8.count] = UInt8(ascii: " ")
      // Zipf's law: the word of rank n is drawn 1/n times as often as the first one.
      let weight = max(Self.weightOfFirst / (rank + 1), 1)
      letters += Array(repeating: bytes, count: weight)
      lengths += Array(repeating: word.utf8.count + 1, count: weight)
    }
    self.letters = letters
    self.lengths = lengths
  }

  private static let weightOfFirst = 64

  /// Words of at most 15 letters, the most frequent ones first.
  private static let byFrequency = """
    the of and to in a is that it was for on with as he be at by had not are but from or have an
    they which one you were her all she there would their we him been has when who will more no if
    out so said what up its about into than them can only other new some could time these two may
    then do first any my now such like our over man me even most made after also did many before
    must through back years where much your way well down should because each just those people
    how too little state good very make world still own see men work long get here between both
    life being under never day same another know while last might us great old year off come since
    against go came right used take three place house water small number train signal line track
    bridge station platform driver engine letter market winter summer river garden window morning
    evening question answer thread lock queue wait turn share order count balance account stock
    customer bank machine memory message problem program parallel running together nobody always
    sometimes nothing everything beautiful quiet quick brown lazy fox jumps dog zebra quartz
    journey justice knowledge kitchen wizard exactly example excellent oxygen expression
    """
}
