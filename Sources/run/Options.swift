import Console
import Llama2

/// The command line: run.c's flags and defaults, their long names, and more options.
struct Options {
  enum Mode: String { case generate, chat, score }

  var checkpoint = ""
  /// How a text is generated, but for `steps`.
  var generation = GenerationOptions()
  /// nil: 256; in chat on a terminal or with a GGUF file, no limit.
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
  /// The file of a smaller model that guesses what follows.
  var draft: String?
  /// Of a beam search; nil: the text is sampled.
  var beams: Int?
  var lengthPenalty: Float?
  /// A file of prompts.
  var batch: String?
  /// How many texts of a batch are in the making.
  var atOnce: Int?
  /// Whether a schema was read from standard input.
  private var hasReadInput = false

  static let usage = """
    Usage:   run <model> [options]
    Example: run models/stories.bin -n 256 -i "Once upon a time"
             run models/SmolLM2-135M-Instruct-Q4_K_M.gguf -m chat
    A model is a checkpoint of llama2.c (.bin) or a GGUF file.

    What to do:
      -m, --mode <string>        generate, chat, or score: the log probability of the prompt's tokens
                                 and its perplexity (default generate)
      -i, --prompt <string>      prompt; -: from standard input
      -y, --system <string>      system prompt in chat
      --template <string>        how a chat is written (default: as the model's own template says)
      --no-think                 in chat, leaves out the thinking before replies (Qwen3 and others
                                 whose template defines that)
      --beams <int>              beam search: keeps so many of the likeliest texts, and prints the
                                 best; what is for random choice (-t, -p, -s, …) has no effect
      --length-penalty <float>   of a beam's tokens; above 0 prefers long texts (default 1)
      --batch <file>             generates a text for each line of a file (-: of standard input), and
                                 writes a JSON object a line, in the order in which they end; a line
                                 that begins with " is a JSON string
      --at-once <int>            so many texts of a batch together, 1 to 256 (default 16)
    What the text, or each reply, must match as a whole:
      --choices <string>         one of these texts, as "yes|no|unsure"
      --regex <string>           a regular expression, as "[A-Z]{3}-\\d+"
      --json                     any JSON value
      --json-schema <file>       JSON as a JSON Schema says (-: one from standard input)
    How a token is chosen, in this order:
    \(GenerationOptions.choiceUsage)
    Where a text ends:
      -n, --steps <int>          tokens to run for, prompt included; 0: the whole context (default
                                 256; in chat on a terminal or with a GGUF file, no limit)
      --max-tokens <int>         tokens of a text, or of each reply, without its prompt
      --stop <string>            end before this text; may be given again for another one
      --time-limit <seconds>     no token is begun later than this after the text or reply began
    The machine:
      -z, --tokenizer <string>   vocabulary (default: that of a GGUF file itself; else tokenizer.bin
                                 beside the checkpoint, in the folder above it, or in this folder)
      -j, --threads <int>        threads (default: one for each core that may be used)
      --draft <none|model>       what guesses the tokens that follow, which are then checked together:
                                 a much smaller model with the same vocabulary; none: nothing. The
                                 text is the same (default: the text so far, where that saves time)
      -h, --help                 this text
      --version                  the version

    """

  init(_ arguments: Arguments) throws {
    var arguments = arguments
    while let argument = try arguments.next() {
      switch argument {
      case "-m", "--mode":
        mode = try arguments.value("generate, chat or score") { Mode(rawValue: $0) }
      case "-i", "--prompt": prompt = try arguments.text()
      case "-y", "--system": systemPrompt = try arguments.text()
      case "-z", "--tokenizer": tokenizer = try arguments.text()
      case "-j", "--threads": threads = try arguments.integer(in: 1...1024)
      case "--draft":
        let name = try arguments.fileName()
        generation.drafts = name != "none"
        draft = generation.drafts ? name : nil
      case "--template": template = try arguments.text()
      case "--no-think": thinking = false
      case "--beams": beams = try arguments.integer(in: 1...1024)
      case "--length-penalty": lengthPenalty = try arguments.finiteNumber()
      case "--batch": batch = try arguments.fileName()
      case "--at-once": atOnce = try arguments.integer(in: 1...256)
      case _ where try readPattern(argument, &arguments): break
      case _ where try generation.readChoice(argument, &arguments) || readEnd(argument, &arguments):
        break
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
    if beams != nil && mode != .generate {
      throw Refusal("--beams", "goes with -m generate, found -m \(mode)")
    }
    if draft != nil && (mode == .score || beams != nil || batch != nil) {
      let found = beams != nil ? "--beams" : batch != nil ? "--batch" : "-m score"
      throw Refusal("--draft", "is for a text that is sampled alone: found \(found) beside it")
    }
    if generation.pattern != nil && mode == .score {
      throw Refusal("-m score", "scores a text as it is: expected no pattern beside it")
    }
    if hasReadInput, let other = prompt == "-" ? "-i" : batch == "-" ? "--batch" : nil {
      throw Refusal(
        "--json-schema", "standard input is read for the schema: expected no \(other) - beside it")
    }
    if lengthPenalty != nil && beams == nil {
      throw Refusal("--length-penalty", "is for beam search: expected --beams beside it")
    }
    try checkBatch()
  }

  private func checkBatch() throws {
    guard batch != nil else {
      if atOnce == nil { return }
      throw Refusal("--at-once", "is for many texts: expected --batch beside it")
    }
    if mode != .generate { throw Refusal("--batch", "goes with -m generate, found -m \(mode)") }
    if prompt != nil { throw Refusal("--batch", "its file has the prompts: expected no -i") }
    if beams != nil { throw Refusal("--batch", "its texts are sampled: expected no --beams") }
    if systemPrompt != nil { throw Refusal("--batch", "its texts are no chats: expected no -y") }
  }

  /// Reads an option that says what a text must match; false for any other.
  private mutating func readPattern(_ argument: String, _ arguments: inout Arguments) throws -> Bool
  {
    guard ["--choices", "--regex", "--json", "--json-schema"].contains(argument) else {
      return false
    }
    if generation.pattern != nil {
      throw Refusal(argument, "a text can match one pattern: expected no second one")
    }
    switch argument {
    case "--choices":
      let choices = try arguments.value("texts that are not empty, with | between them") {
        let choices = $0.split(separator: "|", omittingEmptySubsequences: false)
        return choices.contains("") ? nil : choices
      }
      generation.pattern = try named(argument, try .choices(choices.map(String.init)))
    case "--regex": generation.pattern = try named(argument, try .regex(arguments.text()))
    case "--json": generation.pattern = .json
    default:
      let path = try arguments.fileName()
      hasReadInput = path == "-"
      var lines = try path == "-" ? Lines() : Lines(path: path)
      let text = try lines.all()
      generation.pattern = try named(path, try .schema(JSONSchema(text)))
    }
    return true
  }

  /// A pattern whose errors begin with this name.
  private func named(_ name: String, _ pattern: @autoclosure () throws -> Pattern) throws -> Pattern
  {
    do {
      return try pattern()
    } catch LlamaError.badPattern(let problem) {
      throw Refusal(name, problem)
    } catch LlamaError.badJSON(_, let problem) {
      throw Refusal(name, problem)
    }
  }

  /// Reads an option that says where a text ends; false for any other.
  private mutating func readEnd(_ argument: String, _ arguments: inout Arguments) throws -> Bool {
    switch argument {
    case "-n", "--steps": steps = try arguments.number("an integer from 0 on", in: 0...)
    case "--max-tokens":
      generation.maximumResponseTokens = try arguments.number("an integer from 1 on", in: 1...)
    case "--stop":
      generation.stopTexts.append(
        try arguments.value("a text that is not empty") { $0.isEmpty ? nil : $0 })
    case "--time-limit":
      let seconds: Double = try arguments.number(
        "a number of seconds above 0", in: Double.leastNonzeroMagnitude...1e9)
      generation.timeLimit = .seconds(seconds)
    default: return false
    }
    return true
  }
}
