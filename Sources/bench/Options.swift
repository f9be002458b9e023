/// The command line.
struct Options {
  /// nil: checkpoints of the named shapes, made for the purpose.
  var checkpoint: String?
  /// nil: a vocabulary made for the purpose.
  var tokenizer: String?
  var threads = Machine.cores > 1 ? [1, Machine.cores] : [1]
  /// Where to draw the picture, if anywhere.
  var svg: String?
  var isQuick = false
  var wantsUsage = false

  static let usage = """
    Usage:   bench [<checkpoint>] [options]
    Example: bench models/stories.bin -z tokenizer.bin
    Measures how fast this machine runs a checkpoint next to how fast it can read its weights.
    Without a checkpoint, writes some of known shapes, of up to 4 GB, to the temporary folder
    (TMPDIR, else /tmp) and removes them.
    Options:
      -z <string>     vocabulary for the tokenizer's speed (default: one made for the purpose)
      -j <ints>       numbers of threads, as 1,2,4 (default: 1 and one for each core)
      --svg <string>  draw the rates of the last number of threads into this file
      --quick         fewer shapes and repeats: some 15 seconds instead of two minutes
      -h              this text
    """

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      func value() throws -> String {
        guard let value = rest.popFirst() else {
          throw BenchError("\(argument) stands last, expected a value behind it")
        }
        return value
      }
      switch argument {
      case "-h", "--help": wantsUsage = true
      case "--quick": isQuick = true
      case "-z": tokenizer = try value()
      case "--svg": svg = try value()
      case "-j": threads = try Self.threads(try value())
      default:
        guard !argument.hasPrefix("-"), checkpoint == nil else {
          throw BenchError("found \(argument), expected a flag: bench -h lists them")
        }
        checkpoint = argument
      }
    }
    if tokenizer != nil && checkpoint == nil && !wantsUsage {
      throw BenchError("-z needs a checkpoint whose vocabulary it is: bench <checkpoint> -z <file>")
    }
  }

  private static func threads(_ text: String) throws -> [Int] {
    let threads = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard threads.allSatisfy({ (1...1024).contains($0) }) else {
      throw BenchError("-j: found \"\(text)\", expected integers in 1...1024 with commas between")
    }
    return threads
  }
}
