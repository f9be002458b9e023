import Foundation

/// A program, most often one of this package, as it was built together with the tests.
struct Program {
  let path: String

  static let run = Program("run")
  static let export = Program("export")
  static let bench = Program("bench")
  static let train = Program("train")
  static let look = Program("look")

  private init(_ name: String) { path = Program.testFolder.appendingPathComponent(name).path }

  init(path: String) { self.path = path }

  /// Where the test bundle lies, and the programs that were built with it.
  private static var testFolder: URL {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
    return bundle?.bundleURL.deletingLastPathComponent() ?? Bundle.main.bundleURL
  }

  /// How a program ended.
  struct Ending {
    let status: Int32
    /// Whether a signal ended it, as a crash does; `status` is then the signal's number.
    let wasKilled: Bool
    let outputBytes: [UInt8]
    let errors: String

    var output: String { String(decoding: outputBytes, as: UTF8.self) }
    /// The lines on standard error.
    var complaints: [Substring] { errors.split(separator: "\n", omittingEmptySubsequences: false) }
    /// Whether it refused its work as every program here does: one sentence, nothing else.
    func isRefusal(by name: String) -> Bool {
      !wasKilled && status == 1 && outputBytes.isEmpty && errors.hasPrefix("\(name): ")
        && errors.hasSuffix("\n") && complaints.count == 2
    }
  }

  /// Runs the program to its end.
  func callAsFunction(
    _ arguments: [String], input: String = "", in folder: Folder? = nil, minutes: Double = 1
  ) throws -> Ending {
    try start(arguments, input: input, in: folder).ending(within: minutes)
  }

  /// Starts the program. Its streams are files, so that nothing waits for a reader; with `typing`,
  /// its input is what somebody may still type.
  func start(
    _ arguments: [String], input: String = "", typing: Pipe? = nil, in folder: Folder? = nil
  ) throws -> Running {
    try Running(self, arguments, input: input, typing: typing, in: folder)
  }

  /// A program that has not ended.
  final class Running {
    private let streams = try! Folder()
    private let process = Process()

    fileprivate init(
      _ program: Program, _ arguments: [String], input: String, typing: Pipe?, in folder: Folder?
    ) throws {
      try streams.write(Array(input.utf8), to: "stdin")
      try streams.write([], to: "stdout")
      try streams.write([], to: "stderr")
      process.executableURL = URL(fileURLWithPath: program.path)
      process.arguments = arguments
      if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder.path) }
      process.standardInput = typing ?? FileHandle(forReadingAtPath: streams["stdin"])
      process.standardOutput = FileHandle(forWritingAtPath: streams["stdout"])
      process.standardError = FileHandle(forWritingAtPath: streams["stderr"])
      // Tests run on threads that block signals, and a program inherits what is blocked.
      var interrupt = sigset_t()
      sigemptyset(&interrupt)
      sigaddset(&interrupt, SIGINT)
      pthread_sigmask(SIG_UNBLOCK, &interrupt, nil)
      try process.run()
    }

    /// What has been written to standard output so far.
    var output: [UInt8] { get throws { try streams.read("stdout") } }
    var isRunning: Bool { process.isRunning }

    /// Ctrl-C.
    func interrupt() { kill(process.processIdentifier, SIGINT) }

    /// What no program can catch, as when the power fails.
    func crash() { kill(process.processIdentifier, SIGKILL) }

    /// Waits for the end; when the time is over, the program counts as hung and is killed.
    func ending(within minutes: Double = 1) throws -> Ending {
      let id = process.processIdentifier
      let watchdog = DispatchWorkItem { kill(id, SIGKILL) }
      DispatchQueue.global().asyncAfter(deadline: .now() + 60 * minutes, execute: watchdog)
      process.waitUntilExit()
      watchdog.cancel()
      return Ending(
        status: process.terminationStatus,
        wasKilled: process.terminationReason == .uncaughtSignal,
        outputBytes: try streams.read("stdout"),
        errors: String(decoding: try streams.read("stderr"), as: UTF8.self))
    }
  }
}

/// A folder; a temporary one is removed with the object.
final class Folder {
  let path: String
  private let isTemporary: Bool

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("llama2-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
    isTemporary = true
  }

  init(path: String) {
    self.path = path
    isTemporary = false
  }

  deinit { if isTemporary { try? FileManager.default.removeItem(atPath: path) } }

  /// The path of a file in this folder.
  subscript(name: String) -> String { path + "/" + name }

  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: self[name]))
    return self[name]
  }

  func read(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: self[name])))
  }

  /// The names in this folder, sorted.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}

/// This package's own folder.
let packageRoot = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
