#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A mistake in the command line, as a sentence.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// The command line: run.c's flags and defaults, and a few more.
struct Options {
  enum Mode: String { case generate, chat }

  /// nil: only the usage is asked for.
  var checkpoint: String?
  var temperature: Float = 1
  var topP: Float = 0.9
  var seed: UInt64?
  var steps = 256
  var prompt: String?
  var tokenizer: String?
  var mode = Mode.generate
  var systemPrompt: String?
  var threads: Int?

  static let usage = """
    Usage:   run <checkpoint> [options]
    Example: run models/stories.bin -n 256 -i "Once upon a time"
    Options:
      -t <float>   temperature, 0 or more; 0 always takes the likeliest token (default 1.0)
      -p <float>   top-p in 0...1: draw from the likeliest tokens that have this probability
                   together; 0 and 1: from all (default 0.9)
      -s <int>     random seed, 0: the time (default 0)
      -n <int>     tokens to run for, prompt included; 0: the whole context (default 256)
      -i <string>  prompt; -: from standard input
      -z <string>  vocabulary (default: tokenizer.bin beside the checkpoint, else in this folder)
      -m <string>  mode: generate or chat (default generate)
      -y <string>  system prompt in chat mode
      -j <int>     threads (default: one for each core)
      -h           this text

    """

  init(_ arguments: [String]) throws {
    if arguments.contains("-h") || arguments.contains("--help") { return }
    guard let checkpoint = arguments.first else {
      throw UsageError("expected a checkpoint: run <checkpoint> [options], run -h for all of them")
    }
    guard !checkpoint.hasPrefix("-") else {
      throw UsageError(
        "found \(checkpoint) where the checkpoint is expected: run <checkpoint> [options]")
    }
    self.checkpoint = checkpoint
    var rest = arguments.dropFirst()
    while let flag = rest.popFirst() {
      guard "tpsnizmyj".contains(where: { flag == "-\($0)" }) else {
        throw UsageError("found \(flag), expected a flag: run -h lists them")
      }
      guard let value = rest.popFirst() else {
        throw UsageError("\(flag) stands last, expected a value behind it")
      }
      try set(flag, value)
    }
  }

  private mutating func set(_ flag: String, _ value: String) throws {
    func parse<T>(_ expected: String, _ result: T?, where isGood: (T) -> Bool = { _ in true })
      throws -> T
    {
      guard let result, isGood(result) else {
        throw UsageError("\(flag): found \"\(value)\", expected \(expected)")
      }
      return result
    }
    switch flag {
    case "-t":
      temperature = try parse("a number from 0 on", Float(value)) { $0 >= 0 && $0 < .infinity }
    case "-p": topP = try parse("a number in 0...1", Float(value)) { $0 >= 0 && $0 <= 1 }
    case "-s":
      // A negative seed wraps around, as in run.c.
      seed = try parse(
        "an integer", UInt64(value) ?? Int64(value).map { UInt64(bitPattern: $0) })
    case "-n": steps = try parse("an integer from 0 on", Int(value)) { $0 >= 0 }
    case "-i": prompt = value
    case "-z": tokenizer = value
    case "-m": mode = try parse("generate or chat", Mode(rawValue: value))
    case "-y": systemPrompt = value
    default: threads = try parse("an integer in 1...1024", Int(value)) { (1...1024).contains($0) }
    }
  }

  /// The vocabulary that was asked for, or the nearest one.
  var tokenizerPath: String {
    if let tokenizer { return tokenizer }
    let checkpoint = checkpoint ?? ""
    let folder = checkpoint.lastIndex(of: "/").map { String(checkpoint[...$0]) } ?? ""
    let beside = folder + "tokenizer.bin"
    return access(beside, F_OK) == 0 ? beside : "tokenizer.bin"
  }
}
