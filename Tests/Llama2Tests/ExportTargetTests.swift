import Foundation
import Testing

@Suite struct ExportTargetTests {
  private let source = ExportProgram.fixtures.appendingPathComponent("gqa-untied-v0.bin").path

  @Test func anExistingTargetNeedsForce() throws {
    let folder = try TemporaryFolder()
    try folder.write("precious", "out.bin")
    let refused = try ExportProgram.run(source, folder.path("out.bin"))
    #expect(refused.status == 1)
    #expect(refused.error.contains("--force"))
    #expect(try folder.read("out.bin") == Data("precious".utf8))
    #expect(try ExportProgram.run(source, folder.path("out.bin"), "--force").status == 0)
    #expect(try folder.read("out.bin") == Data(contentsOf: URL(fileURLWithPath: source)))
    #expect(try folder.names == ["out.bin"])
  }

  @Test func theSourceIsNoTarget() throws {
    let folder = try TemporaryFolder()
    let data = try Data(contentsOf: URL(fileURLWithPath: source))
    try folder.write(data, "in.bin")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link.bin"), withDestinationPath: "in.bin")
    for name in ["in.bin", "link.bin"] {
      let result = try ExportProgram.run(folder.path("in.bin"), folder.path(name), "--force")
      #expect(result.status == 1)
      #expect(result.error.contains("is the source itself"))
    }
    #expect(try folder.read("in.bin") == data)

    try MadeModel().write(to: folder)
    for name in ["config.json", "model.safetensors"] {
      let result = try ExportProgram.run(folder.url.path, folder.path(name), "--force")
      #expect(result.status == 1)
      #expect(result.error.contains("is the source itself"))
    }
  }

  @Test func foldersAndDevicesAreNoTargets() throws {
    let folder = try TemporaryFolder()
    for target in [folder.url.path, "/dev/null"] {
      let result = try ExportProgram.run(source, target, "--force")
      #expect(result.status == 1)
      #expect(result.error.contains("is a folder or a device"))
    }
    let result = try ExportProgram.run(source, folder.path("missing/out.bin"))
    #expect(result.status == 1)
    #expect(result.error.contains("No such file or directory"))
  }

  /// A limit of the file size stands for a full disk: write fails halfway.
  @Test func aFailedWriteLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let failed = try ExportProgram.run(source, folder.path("out.bin"), through: "ulimit -f 8")
    #expect(failed.status == 1)
    #expect(failed.error.contains("the file needs 11100 bytes"))
    #expect(try folder.names.isEmpty)

    try folder.write("precious", "out.bin")
    try ExportProgram.run(source, folder.path("out.bin"), "--force", through: "ulimit -f 8")
    #expect(try folder.read("out.bin") == Data("precious".utf8))
    #expect(try folder.names == ["out.bin"])
  }

  /// v0 holds tables of cos and sin for each position, here 70 TB of them. The limit of the file
  /// size ends an export that would begin to write them.
  @Test func aFileThatTheDiskHasNoRoomForIsNotBegun() throws {
    let folder = try TemporaryFolder()
    try writeSparseCheckpoint(
      folder.path("in.bin"), dim: 8192, hiddenDim: 1, nLayers: 1, nHeads: 1, vocabSize: 1,
      seqLen: .max)
    let refused = try ExportProgram.run(
      folder.path("in.bin"), folder.path("out.bin"), through: "ulimit -f 8")
    #expect(refused.status == 1)
    #expect(
      refused.error.contains("the file needs 70369818116124 bytes, but its disk has only "),
      "\(refused.error)")
    #expect(try folder.names == ["in.bin"])
  }

  /// The signal comes as soon as the temporary file is there; the source, a sparse file of 2 GB,
  /// takes far longer.
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func aKilledExportLeavesNothing(_ number: Int32) throws {
    let folder = try TemporaryFolder()
    try writeSparseCheckpoint(
      folder.path("in.bin"), dim: 4096, hiddenDim: 4096, nLayers: 4, nHeads: 32, vocabSize: 8192,
      seqLen: 128)
    try folder.write("precious", "out.bin")
    // Whoever runs the tests in the background may have had SIGINT ignored.
    signal(number, SIG_DFL)
    let process = try ExportProgram.start([
      folder.path("in.bin"), folder.path("out.bin"), "--force",
    ])
    while try folder.names.count == 2 && process.isRunning {}
    kill(process.processIdentifier, number)
    let result = ExportProgram.finish(process)
    #expect(result.wasKilled && result.status == number, "\(result)")
    #expect(try folder.names == ["in.bin", "out.bin"])
    #expect(try folder.read("out.bin") == Data("precious".utf8))
  }

  /// v1 of zeros that take no room on the disk, without a classifier of its own.
  private func writeSparseCheckpoint(
    _ path: String, dim: Int32, hiddenDim: Int32, nLayers: Int32, nHeads: Int32, vocabSize: Int32,
    seqLen: Int32
  ) throws {
    var header = little(UInt32(0x616b_3432)) + little(Int32(1))
    for number in [dim, hiddenDim, nLayers, nHeads, nHeads, vocabSize, seqLen] {
      header += little(number)
    }
    header += Data([1]) + Data(count: 256 - header.count - 1)
    let (rows, layers) = (Int(vocabSize) + 1, Int(nLayers))
    let weights = Int(dim) * (rows + layers * (2 + 4 * Int(dim) + 3 * Int(hiddenDim)))
    #expect(FileManager.default.createFile(atPath: path, contents: header))
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.truncate(atOffset: UInt64(256 + 4 * weights))
    try file.close()
  }

  @Test(
    arguments: [
      ([], "0 names"), (["a"], "1 name:"), (["a", "b", "c"], "3 names"),
      (["a", "b", "--version", "3"], "--version: found \"3\""),
      (["a", "b", "--version"], "--version: found nothing"),
      (["a", "b", "--group-size", "0"], "--group-size: found \"0\""),
      (["a", "b", "--seq-len", "x"], "--seq-len: found \"x\""),
      (["a", "b", "--quick"], "--quick: no such option"),
      (["/nonexistent", "b"], "/nonexistent: No such file or directory"),
    ] as [([String], String)])
  func badArgumentsAreToldInOneSentence(_ arguments: [String], _ fragment: String) throws {
    let result = ExportProgram.finish(try ExportProgram.start(arguments))
    #expect(result.status == 1)
    #expect(result.error.hasPrefix("export: "))
    #expect(result.error.contains(fragment), "\(result.error)")
  }

  @Test func helpIsPrinted() throws {
    let result = try ExportProgram.run("-h")
    #expect(result.status == 0)
    #expect(result.output.contains("Usage: export"))
  }
}
