import Console
import Llama2

/// The command line.
struct Options {
  /// nil: models of the named shapes, made for the purpose.
  var model: String?
  /// nil: the vocabulary that `run` would take.
  var tokenizer: String?
  var threads = [Threads.usable()]
  /// Where to draw the picture, if anywhere.
  var svg: String?
  var isJSON = false
  var isQuick = false

  static let usage = """
    Usage:   bench [<model>] [options]
    Example: bench model.gguf
    Measures how fast this machine decodes and reads prompts, beside its limits: how fast it reads
    memory, and multiplies and adds. <model> is any file that run reads. Without one, models of known
    shapes in several formats, of up to 4 GB, are written to the temporary folder (TMPDIR, else /tmp)
    and removed.
    Options:
      -z <string>     vocabulary (default: the model's own; for a .bin, tokenizer.bin near it)
      -j <ints>       numbers of threads, as 1,2,4 (default: one for each core)
      --svg <string>  draw the rates of the last number of threads into this file
      --json          write all figures as one JSON object
      --quick         fewer shapes and repeats: half a minute instead of four minutes
      -h              this text

    """

  init(_ arguments: Arguments) throws {
    var arguments = arguments
    while let argument = try arguments.next() {
      switch argument {
      case "--quick": isQuick = true
      case "--json": isJSON = true
      case "-z": tokenizer = try arguments.text()
      case "--svg": svg = try arguments.fileName()
      case "-j":
        threads = try arguments.value("integers from 1 to 1024 with commas between") {
          let counts = $0.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
          return counts.allSatisfy { (1...1024).contains($0 ?? 0) } ? counts.map { $0! } : nil
        }
      case _ where argument.hasPrefix("-") || model != nil: throw arguments.unexpected
      default: model = argument
      }
    }
    if tokenizer != nil && model == nil {
      throw Refusal("-z needs a model whose vocabulary it is: bench <model> -z <file>")
    }
  }
}
