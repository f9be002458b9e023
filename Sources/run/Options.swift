import Console

/// The command line: run.c's flags and defaults, and a few more.
struct Options {
  enum Mode: String { case generate, chat }

  var checkpoint = ""
  var temperature: Float = 1
  var topP: Float = 0.9
  var seed: UInt64?
  /// nil: 256, or in chat with a GGUF file the whole context.
  var steps: Int?
  var prompt: String?
  var tokenizer: String?
  var mode = Mode.generate
  var systemPrompt: String?
  /// The name of the chat template to use instead of the checkpoint's own.
  var template: String?
  /// Whether a model that thinks before it replies does so.
  var thinking = true
  var threads: Int?

  static let usage = """
    Usage:   run <model> [options]
    Example: run models/stories.bin -n 256 -i "Once upon a time"
             run models/SmolLM2-135M-Instruct-Q4_K_M.gguf -m chat
    A model is a checkpoint of llama2.c (.bin) or a GGUF file.
    Options:
      -t <float>   temperature, 0 or more; 0 always takes the likeliest token (default 1.0)
      -p <float>   top-p in 0...1: draw from the likeliest tokens that have this probability
                   together; 0 and 1: from all (default 0.9)
      -s <int>     random seed, 0: the time (default 0)
      -n <int>     tokens to run for, prompt included; 0: the whole context (default 256, in chat
                   with a GGUF file 0)
      -i <string>  prompt; -: from standard input
      -z <string>  vocabulary (default: that of a GGUF file itself; else tokenizer.bin beside the
                   checkpoint, or in this folder)
      -m <string>  mode: generate or chat (default generate)
      -y <string>  system prompt in chat mode
      -j <int>     threads (default: one for each CPU that may be used)
      --template <string>
                   how a chat is written (default: as the model's own template says)
      --no-think   in chat mode, leaves out the thinking before replies (Qwen3 and others whose
                   template defines that)
      -h           this text

    """

  init(_ arguments: Arguments) throws {
    var arguments = arguments
    while let argument = arguments.next() {
      switch argument {
      case "-t":
        temperature = try arguments.number("a number from 0 on", in: 0..<Float.infinity)
      case "-p": topP = try arguments.number("a number from 0 to 1", in: 0...1)
      case "-s":
        // A negative seed wraps around, as in run.c.
        seed = try arguments.value("an integer") {
          UInt64($0) ?? Int64($0).map { UInt64(bitPattern: $0) }
        }
      case "-n": steps = try arguments.number("an integer from 0 on", in: 0...)
      case "-i": prompt = try arguments.text()
      case "-z": tokenizer = try arguments.text()
      case "-m": mode = try arguments.value("generate or chat") { Mode(rawValue: $0) }
      case "-y": systemPrompt = try arguments.text()
      case "-j": threads = try arguments.integer(in: 1...1024)
      case "--template": template = try arguments.text()
      case "--no-think": thinking = false
      case _ where argument.hasPrefix("-") || !checkpoint.isEmpty: throw arguments.unexpected
      default: checkpoint = argument
      }
    }
    if checkpoint.isEmpty {
      throw Refusal("expected a checkpoint: run <checkpoint> [options], run -h for all of them")
    }
    if !thinking && mode != .chat {
      throw Refusal("--no-think", "only chats can leave thinking out: expected -m chat beside it")
    }
  }
}
