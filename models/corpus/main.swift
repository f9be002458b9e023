#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The corpus of stories.bin: children's stories from a grammar.
///
///     corpus                    20000 stories, and as many that answer a request
///     corpus --count 5          so many of each
///     corpus --chat | --plain   only those with a request, or without
///     corpus --seed 2           other ones
///
/// Stories are separated by a blank line; one that answers a request stands behind it and a tab, and now and
/// then behind a system prompt and a tab first. The same arguments always give the same text.
var count = 20_000
var seed = 1
var plain = true
var chat = true
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  switch argument {
  case "--plain": chat = false
  case "--chat": plain = false
  case "--count", "--seed":
    guard let number = arguments.popFirst().flatMap(Int.init), number >= 0 else {
      refuse("\(argument) needs a number")
    }
    if argument == "--count" { count = number } else { seed = number }
  default: refuse("there is no option \(argument): --count, --seed, --plain and --chat are all")
  }
}

func refuse(_ problem: String) -> Never {
  let line = "corpus: \(problem)\n"
  _ = write(2, line, line.utf8.count)
  exit(2)
}

/// The document of a number: the first drawing of lots that fits.
///
/// A story should end within the 256 tokens that llama2.c's programs write unless they are told otherwise.
@MainActor func document(_ number: Int, isAsked: Bool) -> String {
  var random = Random(seed: seed, story: number)
  let mostWords = isAsked ? 160 : 185
  while true {
    let lots = Random(seed: Int(truncatingIfNeeded: random.next()))
    guard var story = try? Story(random.pick(plots), random: lots, mayInvent: isAsked),
      (60...mostWords).contains(story.text.split(separator: " ").count)
    else { continue }
    if !isAsked { return story.text }
    guard let (request, answer) = try? story.asked() else { continue }
    let system = random.chance(0.1) ? random.pick(systemPrompts) + "\t" : ""
    let talk = random.chance(0.5) ? story.talk() : nil
    return system + request + "\t" + answer + (talk.map { "\n" + $0.said + "\t" + $0.answer } ?? "")
  }
}

for number in 0..<count {
  if plain { print(document(2 * number, isAsked: false), terminator: "\n\n") }
  if chat { print(document(2 * number + 1, isAsked: true), terminator: "\n\n") }
  if chat, number % 100 == 99 {
    let talk = smallTalk[number / 100 % smallTalk.count].split(separator: "/", maxSplits: 1).map(
      trimmed)
    print(talk.joined(separator: "\t"), terminator: "\n\n")
  }
}
