import Glibc
import Testing

@testable import InterlockPrograms

/// NumPy, where it is installed.
private enum NumPy {
  static let isInstalled = unsafe system("python3 -c 'import numpy' >/dev/null 2>&1") == 0

  /// Runs a script in a folder.
  ///
  /// - Returns: Whether it ended well.
  static func run(_ script: String, in folder: TemporaryFolder) throws -> Bool {
    let path = try folder.write("import numpy as np\n\(script)", to: "script.py")
    return unsafe system("cd '\(folder.path)' && python3 '\(path)'") == 0
  }
}

@Suite(.enabled(if: NumPy.isInstalled, "NumPy is not installed here"), .timeLimit(.minutes(30)))
struct `NumPy agrees` {
  @Test(arguments: MatrixNumber.allCases, ["C", "F"])
  func `on products, exactly for whole numbers and within rounding for others`(
    type: MatrixNumber,
    order: String
  ) throws {
    let folder = try TemporaryFolder()
    let name = ["f64": "<f8", "f32": "<f4", "i32": "<i4"][type.rawValue] ?? ""
    #expect(
      try NumPy.run(
        """
        random = np.random.default_rng(1)
        for name, shape in ('a', (37, 1100)), ('b', (1100, 53)):
            bits = random.integers(-2**31, 2**31, shape)
            numbers = bits if '\(name)' == '<i4' else bits / 2**31
            np.save(name, np.asarray(numbers.astype('\(name)'), order='\(order)'))
        """,
        in: folder
      )
    )
    let report = try MatrixMultiplier(workers: 2).multiply(
      try Matrix(readingFrom: folder("a.npy")),
      by: try Matrix(readingFrom: folder("b.npy"))
    )
    try MatrixFile(at: folder("c.npy")).write(report.product)
    #expect(
      try NumPy.run(
        """
        a, b, c = np.load('a.npy'), np.load('b.npy'), np.load('c.npy')
        assert c.dtype == a.dtype and c.flags.c_contiguous
        if '\(name)' == '<i4':
            assert np.array_equal(a @ b, c)
            assert c.sum(dtype=np.int64) == \(report.checksum)
        else:
            bound = a.shape[1] * np.finfo(c.dtype).eps * (abs(a) @ abs(b))
            assert (abs(a @ b - c) <= bound).all()
            assert abs(c.sum(dtype=np.float64) - \(report.checksum)) < 1e-6
        """,
        in: folder
      )
    )
  }

  @Test func `on what its own files of every version say`() throws {
    let folder = try TemporaryFolder()
    #expect(
      try NumPy.run(
        """
        matrix = np.array([[1, 2, 3], [-4, -5, -6]], dtype='>i4')
        for version in 1, 2, 3:
            with open(f'{version}.npy', 'wb') as file:
                np.lib.format.write_array(file, matrix, (version, 0))
        """,
        in: folder
      )
    )
    for version in 1...3 {
      let matrix = try Matrix(readingFrom: folder("\(version).npy"))
      #expect(matrix.rows() == [[1, 2, 3], [-4, -5, -6]])
    }
  }
}
