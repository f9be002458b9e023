import Console
import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A model as it is stored: its settings and its tensors, read but not yet checked.
struct Source {
  /// As "a Hugging Face folder".
  let kind: String
  let path: String
  /// Its own settings, as they stand there.
  let settings: [(name: String, value: String)]
  let tensors: [(name: String, type: String, shape: [Int])]
  let files: [MappedFile]
  /// The folder that may hold a vocabulary.
  var vocabularyFolder: String?
  /// The vocabulary in the same file.
  var vocabulary: (() throws -> Vocabulary)?
  /// What a GGUF file of it says besides the settings of its architecture, and sentences about its
  /// vocabulary; nil where none is written of such a source.
  var metadata:
    ((Model) throws -> (general: GGUFMetadata, vocabulary: GGUFMetadata, notes: [String]))?
  /// The model as llama2.c's formats hold it, where it is not `model`; throws what keeps it from being
  /// written in them.
  var llama2C: ((_ seqLen: Int?) throws -> Model)?
  /// The model, with a context of `seqLen` if one is given; throws what keeps it from being run.
  let model: (_ seqLen: Int?) throws -> Model

  /// Its vocabulary, if it has one.
  func findVocabulary() throws -> Vocabulary? {
    try vocabulary?() ?? vocabularyFolder.flatMap(readVocabulary(folder:))
  }

  /// Every file that is read, and of a folder those that would be if they were there.
  var allPaths: [String] {
    let beside = [
      "config.json", "generation_config.json", "params.json", "model.safetensors.index.json",
      "pytorch_model.bin.index.json",
    ]
    return files.map(\.path) + beside.map { path + "/" + $0 } + VocabularyFile.paths(in: path)
  }

  func releasePages() { for file in files { file.releasePages() } }
}

extension MappedFile {
  /// Lets go of the pages that were read: they stay in the system's cache, but are not counted as this
  /// process's memory.
  func releasePages() {
    let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress!)
    madvise(start, bytes.count, MADV_DONTNEED)
  }
}

extension Source {
  /// Recognises a folder by the settings in it and a file by its first bytes.
  init(_ path: String) throws {
    if isDirectory(path) {
      if fileExists(path + "/config.json") {
        self = try openHuggingFace(path)
      } else if fileExists(path + "/params.json") {
        self = try openMeta(path)
      } else {
        throw Refusal(
          path,
          "a folder without config.json (Hugging Face) or params.json (Meta): no Llama that"
            + " export knows")
      }
    } else {
      let file = try MappedFile(path: path)
      if file.starts(with: "PK".utf8) || file.starts(with: [0x80, 0x02]) {
        self = try openTraining(path)
      } else if path.hasSuffix(".safetensors") {
        throw Refusal(path, "export needs the whole folder, with its config.json: name the folder")
      } else {
        self = try openCheckpoint(path)
      }
    }
  }

  /// A source whose tensors are a state dict.
  init(
    kind: String, _ state: StateDict, settings: [(name: String, value: String)],
    vocabularyFolder: String? = nil, model: @escaping (_ seqLen: Int?) throws -> Model
  ) {
    self.init(
      kind: kind, path: state.path, settings: settings,
      tensors: state.tensors.sorted { naturalOrder($0.key, $1.key) }.map {
        ($0.key, $0.value.type.rawValue, $0.value.shape)
      },
      files: state.files, vocabularyFolder: vocabularyFolder, model: model)
  }
}

/// Orders names so that layer 2 comes before layer 10: numbers as such, and before words.
private func naturalOrder(_ a: String, _ b: String) -> Bool {
  let (a, b) = (a.split(separator: "."), b.split(separator: "."))
  for (x, y) in zip(a, b) where x != y {
    switch (Int(x), Int(y)) {
    case (let i?, let j?) where i != j: return i < j
    case (_?, nil): return true
    case (nil, _?): return false
    default: return x < y
    }
  }
  return a.count < b.count
}

func isDirectory(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// The names in a folder, sorted.
func names(in folder: String) throws -> [String] {
  guard let directory = opendir(folder) else { throw Refusal(folder, systemReason) }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    names.append(
      withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      })
  }
  return names.sorted()
}
