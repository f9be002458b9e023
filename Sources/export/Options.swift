/// What the command line asks for.
struct Options {
  var source = ""
  var target = ""
  var version = 0
  var groupSize = 64
  var seqLen: Int?
  var force = false
  var isInspection = false
  var isHelp = false

  static let usage = """
    Usage: export <source> <out.bin> [options]
           export --inspect <source>

    Writes a checkpoint that run reads from
      a .bin         in any of llama2.c's formats
      a folder       of Hugging Face (config.json) or Meta (params.json), with its vocabulary
      a .pt          that llama2.c's train.py saved
    and a tokenizer.bin from
      a vocabulary   tokenizer.model (SentencePiece) or tokenizer.json (Hugging Face)

    Options:
      --version <0|1|2>  format: fp32 (0, the default), fp32 with a header (1), int8 (2)
      --group-size <n>   weights that share a scale in int8, default 64
      --seq-len <n>      longest context, default the model's own (a Meta folder: 2048)
      --force            replace files that exist
      --inspect          print what the source holds and whether it can be run
      -h, --help         print this
    """

  init(_ arguments: some Sequence<String>) throws {
    var paths: [String] = []
    var rest = Array(arguments)[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--version": version = try Self.number(argument, rest.popFirst(), 0...2)
      case "--group-size": groupSize = try Self.number(argument, rest.popFirst(), 1...(1 << 20))
      case "--seq-len": seqLen = try Self.number(argument, rest.popFirst(), 1...(1 << 30))
      case "--force": force = true
      case "--inspect": isInspection = true
      case "-h", "--help": isHelp = true
      case _ where argument.hasPrefix("-"):
        throw Refusal(argument, "no such option (export -h lists them)")
      default: paths.append(argument)
      }
    }
    if isHelp { return }
    guard paths.count == (isInspection ? 1 : 2) else {
      let expected = isInspection ? "one source" : "a source and a file to write"
      throw Refusal("\(paths.count) names", "expected \(expected) (export -h explains)")
    }
    source = Self.withoutSlash(paths[0])
    target = paths.count > 1 ? paths[1] : ""
  }

  private static func number(_ flag: String, _ text: String?, _ range: ClosedRange<Int>) throws
    -> Int
  {
    guard let text, let number = Int(text), range.contains(number) else {
      throw Refusal(
        flag,
        "found \(text.map(quoted) ?? "nothing"), expected a number from \(range.lowerBound)"
          + " to \(range.upperBound)")
    }
    return number
  }

  private static func withoutSlash(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? withoutSlash(String(path.dropLast())) : path
  }
}
