import Console

/// The command line.
struct Options {
  /// nil: checkpoints of the named shapes, made for the purpose.
  var checkpoint: String?
  /// nil: the vocabulary that ships.
  var tokenizer: String?
  var threads = Machine.cores > 1 ? [1, Machine.cores] : [1]
  /// Where to draw the picture, if anywhere.
  var svg: String?
  var isQuick = false

  static let usage = """
    Usage:   bench [<checkpoint>] [options]
    Example: bench models/stories.bin -z tokenizer.bin
    Measures how fast this machine runs a checkpoint next to how fast it can read its weights.
    Without a checkpoint, writes some of known shapes, of up to 4 GB, to the temporary folder
    (TMPDIR, else /tmp) and removes them.
    Options:
      -z <string>     vocabulary for the tokenizer's speed (default: the one that ships)
      -j <ints>       numbers of threads, as 1,2,4 (default: 1 and one for each core)
      --svg <string>  draw the rates of the last number of threads into this file
      --quick         fewer shapes and repeats: some 15 seconds instead of two minutes
      -h              this text

    """

  init(_ arguments: Arguments) throws {
    var arguments = arguments
    while let argument = try arguments.next() {
      switch argument {
      case "--quick": isQuick = true
      case "-z": tokenizer = try arguments.text()
      case "--svg": svg = try arguments.text()
      case "-j":
        threads = try arguments.value("integers from 1 to 1024 with commas between") {
          let counts = $0.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
          return counts.allSatisfy { (1...1024).contains($0 ?? 0) } ? counts.map { $0! } : nil
        }
      case _ where argument.hasPrefix("-") || checkpoint != nil: throw arguments.unexpected
      default: checkpoint = argument
      }
    }
    if tokenizer != nil && checkpoint == nil {
      throw Refusal("-z needs a checkpoint whose vocabulary it is: bench <checkpoint> -z <file>")
    }
  }
}
