import Console

/// The command line.
struct Options {
  var source = ""
  var target = ""
  var version = 0
  var groupSize = 64
  var seqLen: Int?
  var force = false
  var isInspection = false

  static let usage = """
    Usage: export <source> <out.bin> [options]
           export --inspect <source>

    Writes a checkpoint that run reads from
      a .bin         in any of llama2.c's formats
      a .gguf        of what run.c can compute, with its vocabulary
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

  init(_ arguments: Arguments) throws {
    var arguments = arguments
    var paths: [String] = []
    while let argument = arguments.next() {
      switch argument {
      case "--version": version = try arguments.integer(in: 0...2)
      case "--group-size": groupSize = try arguments.integer(in: 1...(1 << 20))
      case "--seq-len": seqLen = try arguments.integer(in: 1...(1 << 30))
      case "--force": force = true
      case "--inspect": isInspection = true
      case _ where argument.hasPrefix("-"): throw arguments.unexpected
      default: paths.append(argument)
      }
    }
    guard paths.count == (isInspection ? 1 : 2) else {
      let expected = isInspection ? "one source" : "a source and a file to write"
      throw Refusal("\(paths.count) names", "expected \(expected): export -h explains")
    }
    source = Self.withoutSlash(paths[0])
    target = paths.count > 1 ? paths[1] : ""
  }

  private static func withoutSlash(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? withoutSlash(String(path.dropLast())) : path
  }
}
