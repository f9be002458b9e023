#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The corpus of stories.bin: children's stories from a grammar.
///
///     corpus                    20000 stories, and twice as many that answer a request
///     corpus --count 5          5 stories, and 10 that answer a request
///     corpus --chat | --plain   only those with a request, or without
///     corpus --seed 2           other ones
///
/// Stories are separated by a blank line; one that answers a request stands behind it and a tab, and now and
/// then behind a system prompt and a tab first. The line that follows is another request with its answer, one of
/// a few words, as a chat goes on. The same arguments always give the same text.
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
  var random = Random(corpus: seed, document: number)
  let mostWords = isAsked ? 160 : 185
  while true {
    let lots = Random(seed: random.next())
    guard var story = try? Story(random.pick(plots), random: lots, isAnswer: isAsked),
      (60...mostWords).contains(story.text.split(separator: " ").count)
    else { continue }
    if !isAsked { return story.text }
    guard let (request, answer) = try? story.exchange() else { continue }
    let system = random.chance(0.1) ? random.pick(systemPrompts) + "\t" : ""
    let (said, reply) = story.smallExchange()
    return system + request + "\t" + answer + "\n" + said + "\t" + reply
  }
}

for number in 0..<count {
  if plain { print(document(3 * number, isAsked: false), terminator: "\n\n") }
  guard chat else { continue }
  for asked in 1...2 { print(document(3 * number + asked, isAsked: true), terminator: "\n\n") }
  if number % 100 == 99 {
    let (said, answer) = smallTalk[number / 100 % smallTalk.count]
    print(said, answer, separator: "\t", terminator: "\n\n")
  }
}
