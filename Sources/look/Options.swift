import Console
import Llama2

/// The command line: options as in `run`.
struct Options {
  enum Mode: String { case generate, chat }

  var checkpoint = ""
  var choice = GenerationOptions()
  /// nil: 64, or what a page of the model holds.
  var steps: Int?
  var prompt: String?
  var mode = Mode.generate
  var systemPrompt: String?
  var template: String?
  var tokenizer: String?
  var threads: Int?
  var output = "look.html"

  static let usage = """
    Usage:   look <model> [options]
    Example: look models/stories.bin -i "Once upon a time, a little fox" -o fox.html
    Writes a page that shows how a model reads and continues a text: what it computes for each token in
    each layer. A model is any file that run reads. The page is one file and needs no network.

    What to show:
      -i, --prompt <string>      prompt; -: from standard input
      -n, --steps <int>          tokens of the text, prompt included, beside the one for its
                                 beginning: 1 to \(LookedAt.mostSteps) (default 64)
      -o, --output <file>        the page (default look.html)
      -m, --mode <string>        generate, or chat: the prompt is a message, and the text the model's
                                 reply with all that its template writes around them (default generate)
      -y, --system <string>      system prompt in chat
      --template <string>        how a chat is written (default: as the model's own template says)
    How a token is chosen, in this order:
    \(GenerationOptions.choiceUsage)
    The machine:
      -z, --tokenizer <string>   vocabulary (default: that of a GGUF file itself; else tokenizer.bin
                                 beside the checkpoint, in the folder above it, or in this folder)
      -j, --threads <int>        threads (default: one for each core that may be used)
      -h, --help                 this text
      --version                  the version

    """

  init(_ arguments: Arguments) throws {
    var arguments = arguments
    while let argument = try arguments.next() {
      switch argument {
      case "-i", "--prompt": prompt = try arguments.text()
      case "-n", "--steps": steps = try arguments.integer(in: 1...LookedAt.mostSteps)
      case "-o", "--output": output = try arguments.fileName()
      case "-m", "--mode":
        mode = try arguments.value("generate or chat") { Mode(rawValue: $0) }
      case "-y", "--system": systemPrompt = try arguments.text()
      case "--template": template = try arguments.text()
      case "-z", "--tokenizer": tokenizer = try arguments.text()
      case "-j", "--threads": threads = try arguments.integer(in: 1...1024)
      case _ where try choice.readChoice(argument, &arguments): break
      case _ where argument.hasPrefix("-") || !checkpoint.isEmpty: throw arguments.unexpected
      default: checkpoint = argument
      }
    }
    if checkpoint.isEmpty {
      throw Refusal("expected a model: look <model> [options], look -h for all of them")
    }
    if mode != .chat, systemPrompt != nil || template != nil {
      throw Refusal(systemPrompt != nil ? "-y" : "--template", "goes with -m chat")
    }
  }
}
