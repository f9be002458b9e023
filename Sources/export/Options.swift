import Console

/// The command line.
struct Options {
  var source = ""
  var target = ""
  /// Of llama2.c's formats.
  var version: Int?
  var groupSize: Int?
  /// Of a GGUF's matrices.
  var type: WeightType?
  var seqLen: Int?
  var force = false
  var isInspection = false

  static let usage = """
    Usage: export <folder> <out.gguf> [options]
           export <source> <out.bin> [options]
           export --inspect <source>

    Writes a GGUF file, which run and llama.cpp read, from
      a folder       of Hugging Face (config.json): Llama, Mistral, Qwen2, Qwen3, GPT-2;
                     or of Meta (params.json): Llama 2
    a checkpoint of llama2.c, which run reads, from
      a folder       of a Llama 2, with its vocabulary
      a .bin         in any of llama2.c's formats
      a .gguf        of what run.c can compute, with its vocabulary
      a .pt          that llama2.c's train.py saved
    and a tokenizer.bin from
      a vocabulary   tokenizer.model (SentencePiece) or tokenizer.json (Hugging Face)

    Options:
      --type <type>      weights of a .gguf: f32, f16, bf16, q8_0 or q4_0, default the source's own
                         16 bits, or f16
      --version <0|1|2>  format of a .bin: fp32 (0, the default), fp32 with a header (1), int8 (2)
      --group-size <n>   weights that share a scale in int8, default 64
      --seq-len <n>      longest context, default the model's own (a Meta folder: 2048)
      --force            replace files that exist
      --inspect          print what the source holds and whether it can be run
      -h, --help         print this

    """

  init(_ arguments: Arguments) throws {
    var arguments = arguments
    var paths: [String] = []
    while let argument = try arguments.next() {
      switch argument {
      case "--type": type = try Self.weightType(&arguments)
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
      throw Refusal(
        "\(paths.count) name\(paths.count == 1 ? "" : "s")",
        "expected \(expected): export -h explains")
    }
    source = Self.withoutSlash(paths[0])
    target = paths.count > 1 ? paths[1] : ""
    guard writesGGUF else {
      if type != nil {
        throw Refusal("--type", "goes with a .gguf: --version chooses a .bin's format")
      }
      return
    }
    for (flag, isGiven) in [("--version", version != nil), ("--group-size", groupSize != nil)]
    where isGiven {
      throw Refusal(flag, "goes with a .bin: --type chooses a .gguf's weights")
    }
  }

  /// Whether the target is a GGUF file, by its name.
  var writesGGUF: Bool { target.lowercased().hasSuffix(".gguf") }

  private static func weightType(_ arguments: inout Arguments) throws -> WeightType {
    let types = [WeightType.f32, .f16, .bf16, .q8_0, .q4_0]
    return try arguments.value("one of " + types.map(\.rawValue).joined(separator: ", ")) { text in
      types.first { $0.rawValue == text.lowercased() }
    }
  }

  private static func withoutSlash(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? withoutSlash(String(path.dropLast())) : path
  }
}
